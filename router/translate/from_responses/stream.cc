#include "router/translate/from_responses/stream.h"

#include "core/json_view.h"
#include "router/translate/event_writer.h"
#include "router/translate/finish_reason.h"
#include "router/translate/from_responses/errors.h"
#include "router/translate/from_responses/mapper.h"
#include "router/translate/sse_parser.h"

namespace katra::router::translate {

class ResponsesStreamReader::Impl {
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
    ending_ = true;
    parser_.Finish([this](std::string_view name, std::string_view data) {
      Event(name, data);
      return state_ == StreamState::kOpen;
    });
    if (state_ != StreamState::kOpen) return state_;
    if (!cut && progress_ == 0) {
      Break(NoAnswer(Who() + " answered with an empty stream"));  // S38
    } else {
      Break(NoAnswer(Who() + " closed the stream early"));  // S36, S62
    }
    return state_;
  }

  [[nodiscard]] const ResponsesMapper& mapper() const { return mapper_; }
  [[nodiscard]] StreamState state() const { return state_; }
  [[nodiscard]] size_t progress() const { return progress_; }
  [[nodiscard]] const ApiError& error() const { return error_; }

 private:
  void Event(std::string_view name, std::string_view data) {
    if (data == "[DONE]") return;  // not an end: the last event is (S62)
    if (document_.Parse(data)) {
      Take(name, document_.Root(), data);
      return;
    }
    if (data.find('\n') == std::string_view::npos) {
      Unreadable(name, data);
      return;
    }
    while (!data.empty() && state_ == StreamState::kOpen) {  // S40
      const size_t end = data.find('\n');
      const std::string line(data.substr(0, end));
      data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
      if (line == "[DONE]") continue;
      if (document_.Parse(line)) {
        Take({}, document_.Root(), line);
      } else {
        Unreadable(name, line);
      }
    }
  }

  void Unreadable(std::string_view name, std::string_view data) {  // S46
    if (IsKeepAlive(name, data) || ending_) return;
    Break(NoAnswer(Who() + " sent an event that cannot be read: a part of the answer is lost"));
  }

  void Take(std::string_view name, JsonView event, std::string_view data) {
    if (!event.IsObject()) {
      Unreadable(name, data);
      return;
    }
    const JsonView told = event["type"];
    const std::string type = told.IsString() ? told.Text() : std::string(name);
    const JsonView response = event["response"];
    if (type == "error" || (type.empty() && event["error"].IsObject())) {
      Break(FromResponsesError(event, mapper_.context()));
    } else if (type == "response.failed" || type == "response.cancelled") {
      mapper_.Head(response);
      Break(FromFailedResponse(response, mapper_.context()));
    } else if (type == "response.completed" || type == "response.incomplete" ||
               type == "response.done") {
      ++progress_;
      mapper_.Response(response);
      Ended();
    } else if (type == "response.created" || type == "response.in_progress" ||
               type == "response.queued") {
      mapper_.Head(response);
    } else if (mapper_.Event(type, event)) {
      ++progress_;
      Check();
    } else if (!IsKeepAlive({}, type)) {  // S63
      mapper_.LeaveOut("event." + type.substr(0, 64));
    }
  }

  void Check() {
    if (mapper_.lost()) {
      Break(NoAnswer(Who() + " sent a piece of an item that belongs to none"));
    } else if (mapper_.stopped()) {
      End();
    }
  }

  void Ended() {
    if (!mapper_.failure().empty()) {
      Break(FromFinishReason(mapper_.failure(), mapper_.context().provider));
      return;
    }
    Check();
    if (state_ == StreamState::kOpen) End();
  }

  void End() {
    if (!mapper_.stopped() && mapper_.NamelessCall()) {
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

  SseParser parser_;
  EventWriter writer_;
  ResponsesMapper mapper_;
  JsonDocument document_;
  size_t progress_ = 0;
  bool exact_errors_;
  bool ending_ = false;  // processing what remained at the end of the stream
  ApiError error_;
  StreamState state_ = StreamState::kOpen;
};

ResponsesStreamReader::ResponsesStreamReader(ReplyContext context, StreamOptions options)
    : impl_(std::make_unique<Impl>(std::move(context), options)) {}
ResponsesStreamReader::~ResponsesStreamReader() = default;

StreamState ResponsesStreamReader::Feed(std::string_view bytes, std::string* out) {
  return impl_->Feed(bytes, out);
}
StreamState ResponsesStreamReader::Finish(bool cut, std::string* out) {
  return impl_->Finish(cut, out);
}
bool ResponsesStreamReader::ContentSent() const { return impl_->mapper().content_sent(); }
size_t ResponsesStreamReader::progress() const { return impl_->progress(); }
StreamState ResponsesStreamReader::state() const { return impl_->state(); }
const ApiError& ResponsesStreamReader::error() const { return impl_->error(); }
Usage ResponsesStreamReader::usage() const { return impl_->mapper().usage(); }
int64_t ResponsesStreamReader::estimated_output_tokens() const {
  return impl_->mapper().estimated_output_tokens();
}
const std::string& ResponsesStreamReader::stop_reason() const {
  return impl_->mapper().stop_reason();
}
const std::string& ResponsesStreamReader::model() const { return impl_->mapper().model(); }
const std::string& ResponsesStreamReader::upstream_id() const {
  return impl_->mapper().upstream_id();
}
const std::vector<std::string>& ResponsesStreamReader::notes() const {
  return impl_->mapper().notes();
}
const std::vector<std::string>& ResponsesStreamReader::left_out() const {
  return impl_->mapper().left_out();
}

}  // namespace katra::router::translate
