#include "router/translate/from_chat/mapper.h"

#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "router/translate/answer_ids.h"
#include "router/translate/estimate.h"
#include "router/translate/finish_reason.h"
#include "router/translate/names.h"
#include "router/translate/signature.h"

namespace katra::router::translate {
namespace {

// The most that one answer may store as reasoning, which is copied for each of its calls.
constexpr size_t kMostKeptBytes = size_t{8} << 20U;

std::string_view FirstText(JsonView first, JsonView second) {
  return first.RawString().empty() ? second.RawString() : first.RawString();
}

}  // namespace

ChatMapper::ChatMapper(ReplyContext context, MessageSink& sink)
    : context_(std::move(context)), sink_(sink), stops_(context_.emulated_stops) {
  kept_.upstream = context_.upstream.empty() ? context_.provider : context_.upstream;
}

void ChatMapper::Begin() {
  if (started_) return;
  started_ = true;
  sink_.Begin(MessageId(upstream_id_, context_.request_id),
              model_.empty() ? context_.model : model_, context_.input_estimate_tokens);
}

void ChatMapper::Note(std::string note) {
  constexpr size_t kMostNotes = 16;
  if (notes_.size() < kMostNotes && std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
    notes_.push_back(std::move(note));
  }
}

void ChatMapper::Chunk(JsonView chunk) {
  if (stopped()) return;
  if (upstream_id_.empty()) upstream_id_ = chunk["id"].Text();
  if (model_.empty()) model_ = chunk["model"].Text();
  const JsonView choices = chunk["choices"];
  if (choices.IsArray()) Begin();  // S3
  for (const JsonView choice : choices) {
    Annotations(choice["delta"].IsNothing() ? choice["message"] : choice["delta"], chunk);
    Choice(choice);
    ReadChatUsage(choice["usage"], &usage_);  // S7
  }
  const bool told = ReadChatUsage(chunk["usage"], &usage_);
  if (told && finish_seen() && choices.Empty()) usage_ended_ = true;
}

JsonView ChatMapper::OnlyContent(JsonView chunk) {
  const JsonView choices = chunk["choices"];
  if (choices.Size() != 1 || !chunk["usage"].IsNothing() || !chunk["citations"].IsNothing()) {
    return {};
  }
  const JsonView choice = *choices.begin();
  if (!choice["finish_reason"].IsNothing() || !choice["usage"].IsNothing() ||
      choice["index"].Integer().value_or(0) != 0 || !choice["message"].IsNothing()) {
    return {};
  }
  JsonView content;
  for (const JsonView member : choice["delta"]) {
    const JsonView key = member.Key();
    if (key.Is("content") && member.IsString() && content.IsMissing()) {
      content = member;
    } else if (!key.Is("role") && !member.IsNothing()) {
      return {};
    }
  }
  return content;
}

void ChatMapper::ContentOnly(std::string_view escaped) {
  if (!stopped() && !escaped.empty()) ChoiceText(0, StateOf(0), escaped);
}

void ChatMapper::Reasoning(JsonView delta) {
  const std::string_view text = FirstText(delta["reasoning_content"], delta["reasoning"]);
  if (!text.empty()) Thinking(text);
  Details(delta["reasoning_details"], text.empty());
}

void ChatMapper::Details(JsonView details, bool as_text) {
  for (const JsonView detail : details) {
    if (!kept_.reasoning_details.empty()) kept_.reasoning_details.push_back(',');
    kept_.reasoning_details.append(detail.Raw());
    const std::string_view text = FirstText(detail["text"], detail["summary"]);
    if (as_text && !text.empty()) Thinking(text);
  }
}

// The text of content that consists of parts; their thinking is sent at once.
std::string ChatMapper::ReadContent(JsonView content) {
  std::string text;
  for (const JsonView part : content) {
    const JsonView thinking = part["thinking"];
    if (thinking.IsString()) Thinking(thinking.RawString());
    for (const JsonView inner : thinking) Thinking(inner["text"].RawString());
    text.append(part["text"].RawString());
  }
  return text;
}

void ChatMapper::Text(std::string_view escaped) {
  if (context_.think_tags) {
    const ThinkTags::Parts parts = think_tags_.Feed(UnescapeJson(escaped));
    if (!parts.thinking.empty()) {
      std::string thinking;
      AppendJsonEscaped(thinking, parts.thinking);
      Thinking(thinking);
    }
    PlainText(parts.text);
  } else if (stops_.active()) {
    PlainText(UnescapeJson(escaped));
  } else {
    TextOut(escaped);
  }
}

void ChatMapper::PlainText(std::string_view text) {
  const std::string passed = stops_.active() ? stops_.Feed(text) : std::string(text);
  if (passed.empty()) return;
  std::string escaped;
  AppendJsonEscaped(escaped, passed);
  TextOut(escaped);
}

void ChatMapper::TextOut(std::string_view escaped) {
  if (open_ != Open::kText) {
    AdvanceTools(true);  // S13: its own block, after the calls
    SwitchTo(Open::kText);
  }
  content_sent_ = true;
  output_bytes_ += escaped.size();
  sink_.AddText(escaped);
}

void ChatMapper::Thinking(std::string_view escaped) {
  if (escaped.empty()) return;  // S12
  if (context_.reasoning_history == ReasoningHistory::kReasoningContent) {
    kept_.reasoning_content.append(escaped);
  }
  if (open_ != Open::kThinking) {
    AdvanceTools(true);
    SwitchTo(Open::kThinking);
  }
  content_sent_ = true;
  thinking_bytes_ += escaped.size();
  output_bytes_ += escaped.size();
  sink_.AddThinking(escaped);
}

void ChatMapper::Annotations(JsonView delta, JsonView chunk) {  // S16
  for (const JsonView annotation : delta["annotations"]) {
    const JsonView citation = annotation["url_citation"];
    searches_.Add(citation["url"].RawString(), citation["title"].RawString());
  }
  for (const JsonView url : chunk["citations"]) searches_.Add(url.RawString(), {});
}

ToolCall* ChatMapper::ToolFragment(int64_t choice, JsonView index, JsonView id, JsonView function,
                                   JsonView extra) {
  ToolCall* call = tools_.Take(choice, index, id, function, extra);
  const bool says = !function["arguments"].RawString().empty() || function["arguments"].IsObject();
  if (call == nullptr) {
    stray_ = stray_ || says;
    Note("a fragment belongs to no tool call");
  } else if (call->closed) {
    lost_ = lost_ || says;
    Note("a tool call went on after other content had begun");
  }
  return call;
}

bool ChatMapper::NamelessCall() {
  const std::deque<ToolCall>& calls = tools_.calls();
  return std::any_of(calls.begin(), calls.end(), [](const ToolCall& call) {
    return call.name.empty() && !call.arguments.empty();
  });
}

// Sends one call's input as it arrives, while calls that begin meanwhile wait for their turn (S22).
// `all`: the calls are complete.
void ChatMapper::AdvanceTools(bool all) {
  std::deque<ToolCall>& calls = tools_.calls();
  for (; first_open_ < calls.size(); ++first_open_) {  // calls close in order
    ToolCall& call = calls[first_open_];
    if (!call.opened) {
      const bool ready = !call.name.empty() && (!call.id.empty() || !call.arguments.empty());
      if (!ready && !all) return;
      if (call.name.empty()) {
        Note("a tool call has no name");
        call.closed = true;
        continue;
      }
      OpenTool(call);
    }
    if (const std::string_view piece = Unsent(call); !piece.empty()) {
      sink_.AddInput(piece);
      output_bytes_ += piece.size();
      call.sent = call.arguments.size();
    }
    if (!all) return;
    CloseTool(call);
  }
}

void ChatMapper::OpenTool(ToolCall& call) {
  const std::string& seed = context_.request_id.empty() ? upstream_id_ : context_.request_id;
  call.client_id = ids_.Give(call.id, seed, context_.used_tool_ids);
  if (!call.thought_signature.empty()) {
    kept_.thought_signatures[call.client_id] = call.thought_signature;
    new_signatures_[call.client_id] = call.thought_signature;
    // The signature must survive a lost store, so it travels in the thinking block before the call,
    // which is created if there is none (R56).
    if (open_ != Open::kThinking) SwitchTo(Open::kThinking);
  }
  SwitchTo(Open::kTool);
  const auto mapped = context_.tool_names.find(call.name);  // S27
  sink_.OpenTool(call.client_id, mapped == context_.tool_names.end() ? call.name : mapped->second);
  call.opened = true;
  any_tool_ = true;
  content_sent_ = true;
}

void ChatMapper::CloseTool(ToolCall& call) {
  bool fault = false;
  const std::string rest = Remainder(call, &fault);
  if (!rest.empty()) sink_.AddInput(rest);
  if (fault) Note("the arguments of a tool call are not a JSON object");  // S25
  call.closed = true;
  Close();
}

void ChatMapper::SwitchTo(Open open) {
  if (open_ == open) return;
  Close();
  open_ = open;
  if (open == Open::kText) sink_.OpenText();
  if (open == Open::kThinking) sink_.OpenThinking();
}

// Each block carries the signatures of the calls since the previous block, and all details.
std::string ChatMapper::Signature() {
  KeptReasoning kept;
  kept.upstream = kept_.upstream;
  if (kept_.reasoning_details.size() <= signature_room_) {
    kept.reasoning_details = kept_.reasoning_details;
    signature_room_ -= kept_.reasoning_details.size();
  }
  kept.thought_signatures = std::exchange(new_signatures_, {});
  return MakeSignature(kept.ToJson());
}

void ChatMapper::Close() {
  if (open_ == Open::kNothing) return;
  sink_.CloseBlock(open_ == Open::kThinking ? Signature() : std::string());
  open_ = Open::kNothing;
}

void ChatMapper::FinishReason(ChoiceState& state, JsonView reason) {
  if (!reason.IsString() || state.finished) return;  // S8
  state.finished = finish_seen_ = true;
  --unfinished_;
  const FinishMeaning meaning = ReadFinishReason(reason.Text());
  // If several choices end, the most severe reason is the answer's.
  static constexpr std::string_view kGrave[] = {"end_turn", "tool_use", "max_tokens", "refusal"};
  const auto weight = [](std::string_view word) {
    return word.empty() ? -1 : std::find(std::begin(kGrave), std::end(kGrave), word) - kGrave;
  };
  if (weight(meaning.stop_reason) > weight(stop_reason_)) stop_reason_ = meaning.stop_reason;
  if (meaning.failure && failure_.empty()) failure_ = reason.Text();
  if (!meaning.known) Note("unknown finish_reason " + std::string(reason.Raw().substr(0, 64)));
}

void ChatMapper::FlushFilters() {
  if (!context_.think_tags && !stops_.active()) return;
  const ThinkTags::Parts parts = think_tags_.Finish();
  if (!parts.thinking.empty()) {
    std::string thinking;
    AppendJsonEscaped(thinking, parts.thinking);
    Thinking(thinking);
  }
  std::string text = stops_.active() ? stops_.Feed(parts.text) : parts.text;
  if (stops_.active() && !stopped()) text += stops_.Finish();
  if (text.empty()) return;
  std::string escaped;
  AppendJsonEscaped(escaped, text);
  TextOut(escaped);
}

void ChatMapper::WriteSearches() {
  if (searches_.Empty()) return;
  Close();
  searches_.Write(MessageId(upstream_id_, context_.request_id), sink_);
  usage_.web_searches = 1;
  content_sent_ = true;
}

void ChatMapper::KeepReasoning() {
  if (context_.reasoning == nullptr || context_.reasoning_history == ReasoningHistory::kDrop)
    return;
  const bool anything = !kept_.reasoning_content.empty() || !kept_.reasoning_details.empty() ||
                        !kept_.thought_signatures.empty();
  if (!anything) return;
  const auto signatures = std::exchange(kept_.thought_signatures, {});
  size_t room = kMostKeptBytes;
  for (const ToolCall& call : tools_.calls()) {
    if (!call.opened) continue;
    kept_.thought_signatures.clear();
    const auto signature = signatures.find(call.client_id);
    if (signature != signatures.end()) kept_.thought_signatures.insert(*signature);
    const std::string json = kept_.ToJson();
    if (json.size() > room) return;
    room -= json.size();
    if (context_.secrets && context_.secrets->In(json)) continue;
    context_.reasoning->Put(ReasoningKey(context_.owner, kept_.upstream, call.client_id), json);
  }
}

void ChatMapper::End() {
  Begin();
  HeldText();
  FlushFilters();
  AdvanceTools(true);
  Close();
  WriteSearches();
  KeepReasoning();
  if (stop_reason_.empty()) stop_reason_ = "end_turn";
  if (any_tool_ && stop_reason_ == "end_turn") stop_reason_ = "tool_use";  // S29
  if (!any_tool_ && stop_reason_ == "tool_use") stop_reason_ = "end_turn";
  if (refused_) stop_reason_ = "refusal";
  if (stopped()) stop_reason_ = "stop_sequence";
  sink_.End(stop_reason_, stops_.matched(), usage());
}

int64_t ChatMapper::estimated_output_tokens() const { return EstimateTextTokens(output_bytes_); }

Usage ChatMapper::usage() const {
  if (usage_.known) return usage_;
  Usage estimate = usage_;
  estimate.input_tokens = context_.input_estimate_tokens;
  estimate.output_tokens = estimated_output_tokens();
  return estimate;
}

}  // namespace katra::router::translate
