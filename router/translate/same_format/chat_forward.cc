#include "router/translate/same_format/chat_forward.h"

#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/estimate.h"
#include "router/translate/finish_reason.h"
#include "router/translate/from_chat/mapper.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {
namespace {

// How much of a body that is not an event stream is kept.
constexpr size_t kMostOfBody = size_t{64} << 20U;
constexpr size_t kMostChoices = 128;

bool IsEndMark(std::string_view data) { return Trim(data) == "[DONE]"; }

// Clients understand errors of the format; what only resembles one is rewritten.
bool IsOfTheFormat(JsonView error) {
  return error["message"].IsString() && error["code"].IsString() && error["type"].IsString();
}

std::string DataEvent(std::string json) {
  // A line feed between JSON tokens is a blank, so several lines fit on one.
  std::replace(json.begin(), json.end(), '\n', ' ');
  return "data: " + std::move(json) + "\n\n";
}

}  // namespace

ChatForward::ChatForward(ReplyContext context, SameFormat same, size_t max_event_bytes)
    : context_(std::move(context)),
      same_(same),
      max_event_bytes_(max_event_bytes),
      keeper_(context_) {}

StreamState ChatForward::Feed(std::string_view bytes, std::string* out) {
  if (state_ != StreamState::kOpen) return state_;
  out_ = out;
  if (!saw_field_ && body_.size() < kMostOfBody) {
    body_.append(bytes.substr(0, kMostOfBody - body_.size()));
  }
  cutter_.Feed(bytes, [this](std::string_view event) { return Event(event); });
  if (saw_field_) body_.clear();
  if (state_ == StreamState::kOpen && saw_field_ && cutter_.held() > max_event_bytes_) {
    Break(NoAnswer(Who() + " sent an event that is too long to be one"));
  }
  return state_;
}

StreamState ChatForward::Finish(bool cut, std::string* out) {
  if (state_ != StreamState::kOpen) return state_;
  out_ = out;
  const std::string rest = cutter_.Rest();
  ending_ = true;
  const SseEvent last = ReadSseEvent(rest);
  saw_field_ = saw_field_ || last.any;
  // The final empty line is missing.
  if (last.has_data) Event(rest + (rest.back() == '\n' ? "\n" : "\n\n"));
  if (state_ != StreamState::kOpen) return state_;
  if (Finishing()) {  // S37
    End();
  } else if (!saw_field_ && !body_.empty()) {
    WholeReply();
  } else if (!saw_choice_ && !cut) {
    Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
  } else {
    Break(NoAnswer(Who() + " closed the stream early"));  // S36
  }
  return state_;
}

bool ChatForward::Event(std::string_view event) {
  if (const std::string_view data = OnlyData(event); !data.empty()) {
    saw_field_ = true;
    Data(data, event);
    return state_ == StreamState::kOpen;
  }
  const SseEvent fields = ReadSseEvent(event);
  saw_field_ = saw_field_ || fields.any;
  if (IsComment(fields)) {
    if (saw_field_) Emit(event);
  } else if (!fields.has_data) {
    Emit(":\n\n");  // a client would read the data of a named event
  } else if (fields.name == "error" && !IsEndMark(fields.data)) {
    const bool own = document_.Parse(fields.data).has_value();
    Say(FromUpstream(200, {}, fields.data, context_.provider, context_.input_estimate_tokens),
        own ? event : std::string_view());
  } else if (fields.data_lines > 1 && !document_.Parse(fields.data)) {
    Lines(fields.data);
  } else if (IsKeepAlive(fields.name, fields.data)) {
    // Nothing that a client would read. An event truncated by the end is dropped.
    if (!ending_) Emit(": " + OneLine(fields.data, 100) + "\n\n");
  } else {
    Data(fields.data, event);
  }
  return state_ == StreamState::kOpen;
}

// Some upstreams omit the empty line between events (S40); then each line is one.
void ChatForward::Lines(std::string_view data) {
  while (!data.empty() && state_ == StreamState::kOpen) {
    const size_t end = data.find('\n');
    const std::string line(data.substr(0, end));
    data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
    if (!line.empty()) Data(line, "data: " + line + "\n\n");
  }
}

void ChatForward::Data(std::string_view data, std::string_view event) {
  if (IsEndMark(data)) {
    EndMark(event);
  } else if (IsRepeat(data)) {
    Emit(event);
  } else if (IsKeepAlive({}, data)) {
    Emit(": " + OneLine(data, 100) + "\n\n");
  } else if (!document_.Parse(data)) {
    Unreadable();
  } else if (!document_.Root().IsObject()) {
    if (!document_.Root().IsArray() || !document_.Root().Empty()) Unreadable();
  } else {
    Chunk(data, event);
  }
}

// S46: its content is lost. After the finish_reason it can only have been usage.
void ChatForward::Unreadable() {
  if (Finishing()) {
    Note("an event after the finish could not be read");
  } else if (!ending_) {
    Break(NoAnswer(Who() + " sent an event that cannot be read: a part of the answer is lost"));
  }
}

void ChatForward::Chunk(std::string_view data, std::string_view event) {
  const JsonView chunk = document_.Root();
  const JsonView choices = chunk["choices"];
  before_.clear();
  for (const JsonView choice : choices) {
    if (!choice["error"].IsObject()) continue;
    Say(FromUpstream(200, {}, choice.Raw(), context_.provider, context_.input_estimate_tokens), {});
    return;
  }
  if (!chunk["error"].IsNothing() || chunk["object"].Is("error") || chunk["type"].Is("error")) {
    Say(FromUpstream(200, {}, data, context_.provider, context_.input_estimate_tokens), event);
    return;
  }
  if (model_.empty()) model_ = chunk["model"].Text();
  if (upstream_id_.empty()) upstream_id_ = chunk["id"].Text();
  bool told = ReadChatUsage(chunk["usage"], &usage_);
  JsonEdits edits;
  for (const JsonView choice : choices) {  // register all before any of them ends
    const bool says = choice["delta"].IsObject() || choice["message"].IsObject() ||
                      choice["finish_reason"].IsString();
    const int64_t index = choice["index"].Integer().value_or(0);
    if (!says || choices_.count(index) != 0 || choices_.size() >= kMostChoices) continue;
    choices_[index];
    ++unfinished_;
    if (!held_.empty()) LetHeldGo();
  }
  for (const JsonView choice : choices) {
    told = ReadChatUsage(choice["usage"], &usage_) || told;
    ReadChoice(choice, edits);
  }
  if (!choices.Empty()) ++progress_;
  if (!failure_.empty()) {  // S28: not an end that a client might accept
    Break(FromFinishReason(failure_, context_.provider));
    return;
  }
  if (choices.Empty() && same_.hide_usage && told) return;
  if (edits.Empty() && (choices.Size() < 2 || same_.several)) {
    Emit(event);
    if (choices.Size() == 1) Remember(data);
    return;
  }
  Split(edits.Apply(data));
}

// Clients that requested one answer read only one choice per chunk.
void ChatForward::Split(const std::string& json) {
  JsonDocument changed;
  if (!changed.Parse(json)) return;
  const JsonView choices = changed.Root()["choices"];
  if (choices.Size() < 2 || same_.several) {
    Emit(DataEvent(json));
    return;
  }
  const std::string head = json.substr(0, choices.Offset());
  const std::string tail = json.substr(choices.Offset() + choices.Raw().size());
  std::string events;
  for (const JsonView choice : choices) {
    events += DataEvent(head + "[" + std::string(choice.Raw()) + "]" + tail);
  }
  Emit(events);
}

// Most chunks differ from the previous one only in the content; if the surrounding bytes are the
// same again, nothing is parsed.
void ChatForward::Remember(std::string_view data) {
  const JsonView content = ChatMapper::OnlyContent(document_.Root());
  if (content.IsMissing()) return;
  const size_t begin = content.Offset() + 1;
  before_ = data.substr(0, begin);
  after_ = data.substr(begin + content.RawString().size());
}

bool ChatForward::IsRepeat(std::string_view data) {
  const size_t around = before_.size() + after_.size();
  if (before_.empty() || data.size() < around) return false;
  if (data.substr(0, before_.size()) != before_) return false;
  if (data.substr(data.size() - after_.size()) != after_) return false;
  // The closing quote of the content is the first byte of what follows it.
  const size_t end = SkipJsonString(data, before_.size() - 1, nullptr, false);
  if (end != data.size() - after_.size() + 1) return false;
  ++progress_;
  const std::string_view text = data.substr(before_.size(), data.size() - around);
  content_ = content_ || !text.empty();
  output_bytes_ += text.size();
  choices_[0].text.append(text);
  return true;
}

void ChatForward::EndMark(std::string_view event) {
  if (!Finishing() && !content_) {
    Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
    return;
  }
  // An end mark is a clean end even without a finish_reason.
  end_mark_ = event;
  End();
}

void ChatForward::End() {
  for (const auto& [index, choice] : choices_) {
    bool nameless = choice.nameless;
    for (const auto& [own, call] : choice.calls) nameless = nameless || !call.named;
    if (!nameless) continue;
    Break(NoAnswer(Who() + " sent a tool call without a name"));
    return;
  }
  keeper_.Keep();
  out_->append(std::exchange(held_, {}));
  out_->append(end_mark_.empty() ? std::string("data: [DONE]\n\n") : end_mark_);
  state_ = StreamState::kDone;
}

// Status 200 but no events: a complete response, sent as a stream (S50).
void ChatForward::WholeReply() {
  auto made = ForwardChatReply(body_, {}, context_, same_);
  const auto events = made ? ChatEvents(made->body, same_) : std::nullopt;
  if (!events) {
    Break(made ? NoAnswer(Who() + " answered with something that is not a reply")
               : std::move(made.error()));
    return;
  }
  usage_ = made->usage;
  model_ = made->model;
  upstream_id_ = made->upstream_id;
  for (std::string& note : made->notes) Note(std::move(note));
  content_ = true;
  ++progress_;
  out_->append(*events);
  state_ = StreamState::kDone;
}

// Holds back the end of the answer, because another choice may still begin and belongs before it.
void ChatForward::Emit(std::string_view event) {
  if (!same_.several && Finishing()) {
    held_.append(event);
  } else {
    out_->append(event);
  }
}

// Another choice continues after the end that was held back, so it was not the end.
void ChatForward::LetHeldGo() {
  SseCutter cutter;
  const std::string held = std::exchange(held_, {});
  cutter.Feed(held, [this](std::string_view event) {
    const SseEvent fields = ReadSseEvent(event);
    JsonDocument document;
    if (!fields.has_data || !document.Parse(fields.data)) {
      out_->append(event);
      return true;
    }
    JsonEdits edits;
    for (const JsonView choice : document.Root()["choices"]) {
      if (choice["finish_reason"].IsString()) edits.Replace(choice["finish_reason"], "null");
    }
    out_->append(edits.Empty() ? std::string(event) : DataEvent(edits.Apply(fields.data)));
    return true;
  });
}

void ChatForward::Break(ApiError error) { Say(std::move(error), {}); }

// Ends the stream with an error: the upstream's own event if clients know its values.
void ChatForward::Say(ApiError error, std::string_view event) {
  error_ = std::move(error);
  if (!content_) {
    state_ = StreamState::kFailedBeforeContent;
    return;
  }
  held_.clear();  // not an end after all
  const bool own = !event.empty() && IsOfTheFormat(document_.Root()["error"]);
  out_->append(own ? std::string(event) : ChatErrorEvent(error_));  // S35
  state_ = StreamState::kFailedAfterContent;
}

Usage ChatForward::usage() const {
  if (usage_.known) return usage_;
  Usage estimate = usage_;
  estimate.input_tokens = context_.input_estimate_tokens;
  estimate.output_tokens = estimated_output_tokens();
  return estimate;
}

int64_t ChatForward::estimated_output_tokens() const { return EstimateTextTokens(output_bytes_); }

void ChatForward::Note(std::string note) {
  constexpr size_t kMostNotes = 16;
  if (notes_.size() < kMostNotes) notes_.push_back(std::move(note));
}

std::string ChatForward::Who() const { return UpstreamName(context_.provider); }

}  // namespace katra::router::translate
