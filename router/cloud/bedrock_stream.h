// A streamed reply of Amazon Bedrock's InvokeModelWithResponseStream as the server-sent events that
// the Messages API itself would send, so that everything behind it reads one form. No I/O.
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

  // Appends whole events to `out`. An exception of the service becomes an `error` event, with the
  // type that Anthropic has for it. kDataLoss: the stream is damaged, and a part of the answer is
  // lost; what was appended before it is sound.
  [[nodiscard]] Status Feed(std::string_view bytes, std::string* out);

  // Whether an event has begun and not ended.
  [[nodiscard]] bool within_event() const { return decoder_.within_message(); }

 private:
  [[nodiscard]] Status Take(const EventMessage& message, std::string* out);
  [[nodiscard]] Status TakeChunk(std::string_view payload, std::string* out);
  void TakeException(std::string_view type, std::string_view payload, std::string* out);

  EventStreamDecoder decoder_;
  JsonDocument payload_;
  JsonDocument event_;
  bool failed_ = false;  // an exception came: nothing follows it
};

// Anthropic's error type for an exception of Bedrock's, whatever its first letter's case and suffix
// ("throttlingException", "ThrottlingException:http://…"); "api_error" for an unknown one.
[[nodiscard]] std::string_view BedrockErrorType(std::string_view exception);

// The HTTP status that tells what the exception of a refused request means, where its own status
// does not: e.g. 424 of ModelErrorException is the model's failure, not the client's. `status`
// itself for all others.
[[nodiscard]] int BedrockStatus(int status, std::string_view exception);

}  // namespace katra::router::cloud
