// Forwards the answer of a Responses API upstream to a Responses API client byte for byte, reading
// it on the side (C7 of docs/translation.md). Errors and limits are those of all streams (S34-S43).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/json_view.h"
#include "router/translate/errors.h"
#include "router/translate/messages_reply.h"
#include "router/translate/request.h"
#include "router/translate/sse_parser.h"
#include "router/translate/upstream_stream.h"

namespace katra::router::translate {

class ResponsesForward final : public UpstreamStream {
 public:
  ResponsesForward(ReplyContext context, size_t max_event_bytes);

  StreamState Feed(std::string_view bytes, std::string* out) override;
  StreamState Finish(bool cut, std::string* out) override;

  [[nodiscard]] bool ContentSent() const override { return content_; }
  [[nodiscard]] size_t progress() const override { return progress_; }
  [[nodiscard]] bool Finishing() const override { return false; }
  [[nodiscard]] StreamState state() const override { return state_; }
  [[nodiscard]] const ApiError& error() const override { return error_; }
  [[nodiscard]] Usage usage() const override;
  [[nodiscard]] int64_t estimated_output_tokens() const override;
  [[nodiscard]] const std::string& stop_reason() const override { return status_; }
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] const std::string& upstream_id() const override { return upstream_id_; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }
  [[nodiscard]] const std::vector<std::string>& left_out() const override { return notes_; }
  // The event that ends this stream with an error: contains the response as far as it is known.
  [[nodiscard]] std::string ErrorEvent(const ApiError& error) const;

 private:
  bool Event(std::string_view event);
  void Data(std::string_view name, std::string_view data, std::string_view event);
  void Head(JsonView response);
  void Over(std::string_view type, JsonView response, std::string_view event);
  void Break(ApiError error);
  void Say(ApiError error, std::string_view event);
  [[nodiscard]] std::string Who() const;

  ReplyContext context_;
  size_t max_event_bytes_;
  SseCutter cutter_;
  JsonDocument document_;
  std::string* out_ = nullptr;
  std::string body_;  // start of a body that is not an event stream
  Usage usage_;
  std::string status_;
  std::string model_;
  std::string upstream_id_;
  std::string created_at_;  // raw JSON
  std::vector<std::string> notes_;
  ApiError error_;
  int64_t sequence_ = -1;  // sequence number of the last event
  size_t progress_ = 0;
  size_t output_bytes_ = 0;
  bool content_ = false;
  bool saw_field_ = false;
  bool saw_event_ = false;
  bool ending_ = false;
  StreamState state_ = StreamState::kOpen;
};

// Forwards a complete response.
[[nodiscard]] tl::expected<MessagesReply, ApiError> ForwardResponsesReply(
    std::string_view reply, const Headers& headers, const ReplyContext& context);

// Converts a complete response to stream events, and back (S50). nullopt: not a response, or
// incomplete.
[[nodiscard]] std::optional<std::string> ResponsesEvents(std::string_view reply);
[[nodiscard]] std::optional<std::string> ResponsesReplyOf(std::string_view stream);

}  // namespace katra::router::translate
