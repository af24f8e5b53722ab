// Converts a stream of Amazon Bedrock's InvokeModelWithResponseStream to the server-sent events
// that the Messages API itself would send, so that later code reads only one format. No I/O.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/json_view.h"
#include "core/result.h"
#include "router/cloud/event_stream.h"

namespace katra::router::cloud {

class BedrockStream {
 public:
  explicit BedrockStream(size_t max_event_bytes) : decoder_(max_event_bytes) {}

  // Appends complete events to `out`. An exception from the service becomes an `error` event with
  // Anthropic's matching type. kDataLoss: the stream is damaged and part of the answer is lost;
  // events appended before that are valid. Every later call fails the same way.
  [[nodiscard]] Status Feed(std::string_view bytes, std::string* out);

  // Whether an event has begun but not ended.
  [[nodiscard]] bool within_event() const { return decoder_.within_message(); }

 private:
  [[nodiscard]] Status Take(const EventMessage& message, std::string* out);
  [[nodiscard]] Status TakeChunk(std::string_view payload, std::string* out);
  void TakeException(std::string_view type, std::string_view payload, std::string* out);

  EventStreamDecoder decoder_;
  JsonDocument payload_;
  JsonDocument event_;
  bool failed_ = false;  // an exception arrived; nothing follows it
  Status damage_;        // set once and kept
};

// Anthropic's error type for a Bedrock exception, ignoring the case of the first letter and any
// suffix ("throttlingException", "ThrottlingException:http://…"); "api_error" for an unknown one.
[[nodiscard]] std::string_view BedrockErrorType(std::string_view exception);

// The HTTP status with the meaning of a refused request's exception, where Bedrock's own status
// differs: e.g. 424 of ModelErrorException is a failure of the model, not of the client. Otherwise
// `status`.
[[nodiscard]] int BedrockStatus(int status, std::string_view exception);

}  // namespace katra::router::cloud
