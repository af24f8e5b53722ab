#include "router/translate/from_chat/stream.h"

#include <algorithm>

#include "core/text.h"
#include "router/translate/event_writer.h"
#include "router/translate/finish_reason.h"
#include "router/translate/from_chat/mapper.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {
namespace {

// How much of a body that is not an event stream is kept, to describe it.
constexpr size_t kMostOfBody = size_t{64} << 10U;

bool IsEndMark(std::string_view data) { return data == "[DONE]"; }

}  // namespace

class ChatStreamReader::Impl {
 public:
  Impl(ReplyContext context, StreamOptions options)
      : parser_(options.max_event_bytes),
        mapper_(std::move(context), writer_),
        exact_errors_(options.exact_errors) {
    if (options.message_started) mapper_.SkipBegin();
  }

  StreamState Feed(std::string_view bytes, std::string* out) {
    if (state_ != StreamState::kOpen) return state_;
    writer_.Into(out);
    if (!parser_.SawField() && body_.size() < kMostOfBody) {
      body_.append(bytes.substr(0, kMostOfBody - body_.size()));
    }
    parser_.Feed(bytes, [this](std::string_view name, std::string_view data) {
      Event(name, data);
      return state_ == StreamState::kOpen;
    });
    if (state_ == StreamState::kOpen && parser_.overflow()) {
      Break(NoAnswer(Who() + " sent an event that is too long to be one"));
    }
    return state_;
  }

  StreamState Finish(bool cut, std::string* out) {
    if (state_ != StreamState::kOpen) return state_;
    writer_.Into(out);
    parser_.Finish([this](std::string_view name, std::string_view data) {
      ending_ = true;
      Event(name, data);
      return state_ == StreamState::kOpen;
    });
    if (state_ != StreamState::kOpen) return state_;
    if (mapper_.finish_seen()) {  // S37
      End();
    } else if (!parser_.SawField() && !body_.empty()) {
      NoStream();
    } else if (!mapper_.saw_choice() && !cut) {
      Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
    } else {
      Break(NoAnswer(Who() + " closed the stream early"));  // S36
    }
    return state_;
  }

  void Start(std::string* out) {
    writer_.Into(out);
    if (state_ == StreamState::kOpen) mapper_.Begin();
  }

  [[nodiscard]] const ChatMapper& mapper() const { return mapper_; }
  [[nodiscard]] StreamState state() const { return state_; }
  [[nodiscard]] size_t progress() const { return progress_; }
  [[nodiscard]] const ApiError& error() const { return error_; }

 private:
  void Event(std::string_view name, std::string_view data) {
    if (IsEndMark(data)) {
      EndMark();
      return;
    }
    if (name.empty() && IsRepeat(data)) return;
    if (document_.Parse(data)) {
      Chunk(name, document_.Root(), data);
      if (state_ == StreamState::kOpen) Remember(data);
      return;
    }
    // Some upstreams omit the empty line between events; then each line is a chunk.
    if (data.find('\n') == std::string_view::npos) {
      Unreadable(name, data);
      return;
    }
    while (!data.empty() && state_ == StreamState::kOpen) {
      const size_t end = data.find('\n');
      const std::string line(data.substr(0, end));
      data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
      if (IsEndMark(line)) {
        EndMark();
      } else if (document_.Parse(line)) {
        Chunk(name, document_.Root(), line);
      } else {
        Unreadable(name, line);
      }
    }
  }

  // S46: its content is lost and cannot be known. After the finish_reason it can only have been
  // usage; and if the stream ends inside it, that is an early end (S36).
  void Unreadable(std::string_view name, std::string_view data) {
    if (IsKeepAlive(name, data)) return;
    if (mapper_.finish_seen()) {
      mapper_.Note("an event after the finish could not be read");
    } else if (!ending_) {
      Break(NoAnswer(Who() + " sent an event that cannot be read: a part of the answer is lost"));
    }
  }

  // Most chunks differ from the previous one only in the content. The surrounding bytes are
  // remembered; if they are the same again, only the content is parsed.
  void Remember(std::string_view data) {
    const JsonView content = ChatMapper::OnlyContent(document_.Root());
    before_.clear();
    if (content.IsMissing()) return;
    const size_t begin = content.Offset() + 1;
    before_ = data.substr(0, begin);
    after_ = data.substr(begin + content.RawString().size());
  }

  bool IsRepeat(std::string_view data) {
    const size_t around = before_.size() + after_.size();
    if (before_.empty() || data.size() < around) return false;
    if (data.substr(0, before_.size()) != before_) return false;
    if (data.substr(data.size() - after_.size()) != after_) return false;
    // The closing quote of the content is the first byte of what follows it.
    const size_t end = SkipJsonString(data, before_.size() - 1, nullptr, false);
    if (end != data.size() - after_.size() + 1) return false;
    ++progress_;
    mapper_.ContentOnly(data.substr(before_.size(), data.size() - around));
    if (mapper_.stopped()) End();
    return true;
  }

  void EndMark() {
    if (mapper_.finish_seen()) {
      End();
    } else if (mapper_.content_sent()) {
      // An end mark is a clean end even without a finish_reason.
      End();
    } else {
      Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
    }
  }

  void Chunk(std::string_view name, JsonView chunk, std::string_view data) {
    if (!chunk.IsObject()) {
      Unreadable(name, chunk.IsArray() && chunk.Empty() ? std::string_view() : data);
      return;
    }
    bool choice_error = false;
    for (const JsonView choice : chunk["choices"]) {
      choice_error = choice_error || choice["error"].IsObject();
    }
    if (name == "error" || !chunk["error"].IsNothing() || chunk["object"].Is("error") ||
        chunk["type"].Is("error")) {
      Break(FromUpstream(200, {}, data, mapper_.context().provider, Estimate()));
      return;
    }
    if (choice_error) {
      const JsonView choices = chunk["choices"];
      Break(
          FromUpstream(200, {}, (*choices.begin()).Raw(), mapper_.context().provider, Estimate()));
      return;
    }
    if (!chunk["choices"].Empty()) ++progress_;
    mapper_.Chunk(chunk);
    if (mapper_.lost()) {
      Break(NoAnswer(Who() + " sent a piece of a tool call that belongs to none"));
    } else if (!mapper_.failure().empty()) {
      Break(FromFinishReason(mapper_.failure(), mapper_.context().provider));
    } else if (mapper_.usage_ended() || mapper_.stopped()) {
      End();
    }
  }

  // Status 200 but no events: a JSON document or anything else.
  void NoStream() {
    if (!document_.Parse(body_) || !document_.Root().IsObject()) {
      Break(NoAnswer(Who() + " answered with something that is not an event stream"));
      return;
    }
    Chunk({}, document_.Root(), body_);
    if (state_ != StreamState::kOpen) return;
    if (mapper_.finish_seen()) {
      End();
    } else {
      Break(FromUpstream(200, {}, body_, mapper_.context().provider, Estimate()));
    }
  }

  void End() {
    if (mapper_.NamelessCall()) {
      Break(NoAnswer(Who() + " sent a tool call without a name"));
      return;
    }
    mapper_.End();
    state_ = StreamState::kDone;
  }

  void Break(ApiError error) {
    error_ = std::move(error);
    if (!mapper_.content_sent()) {
      state_ = StreamState::kFailedBeforeContent;
      return;
    }
    if (!exact_errors_ && error_.failure != Failure::kOverloaded) error_.type = "api_error";
    writer_.Raw(MessagesErrorEvent(error_, mapper_.context().request_id));  // S35
    state_ = StreamState::kFailedAfterContent;
  }

  [[nodiscard]] std::string Who() const { return UpstreamName(mapper_.context().provider); }
  [[nodiscard]] int64_t Estimate() const { return mapper_.context().input_estimate_tokens; }

  SseParser parser_;
  EventWriter writer_;
  ChatMapper mapper_;
  JsonDocument document_;
  std::string before_;  // bytes before and after the content of a content-only chunk
  std::string after_;
  std::string body_;
  size_t progress_ = 0;
  bool exact_errors_;
  bool ending_ = false;  // processing what remained at the end of the stream
  ApiError error_;
  StreamState state_ = StreamState::kOpen;
};

ChatStreamReader::ChatStreamReader(ReplyContext context, StreamOptions options)
    : impl_(std::make_unique<Impl>(std::move(context), options)) {}
ChatStreamReader::~ChatStreamReader() = default;

StreamState ChatStreamReader::Feed(std::string_view bytes, std::string* out) {
  return impl_->Feed(bytes, out);
}
StreamState ChatStreamReader::Finish(bool cut, std::string* out) { return impl_->Finish(cut, out); }
void ChatStreamReader::Start(std::string* out) { impl_->Start(out); }
bool ChatStreamReader::Started() const { return impl_->mapper().started(); }
bool ChatStreamReader::ContentSent() const { return impl_->mapper().content_sent(); }
size_t ChatStreamReader::progress() const { return impl_->progress(); }
bool ChatStreamReader::Finishing() const { return impl_->mapper().finish_seen(); }
StreamState ChatStreamReader::state() const { return impl_->state(); }
const ApiError& ChatStreamReader::error() const { return impl_->error(); }
Usage ChatStreamReader::usage() const { return impl_->mapper().usage(); }
int64_t ChatStreamReader::estimated_output_tokens() const {
  return impl_->mapper().estimated_output_tokens();
}
const std::string& ChatStreamReader::stop_reason() const { return impl_->mapper().stop_reason(); }
const std::string& ChatStreamReader::model() const { return impl_->mapper().model(); }
const std::string& ChatStreamReader::upstream_id() const { return impl_->mapper().upstream_id(); }
const std::vector<std::string>& ChatStreamReader::notes() const { return impl_->mapper().notes(); }

}  // namespace katra::router::translate
