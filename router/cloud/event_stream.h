// Decodes application/vnd.amazon.eventstream, the binary framing of AWS's streamed responses
// ("Event stream encoding" in the developer guides of Amazon Lex and Transcribe; Smithy's
// aws.protocols event stream specification). The result does not depend on how the bytes are split.
// Knows no service and not what the messages mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router::cloud {

// One message. All views are borrowed for the callback; a header that is absent or not a string is
// empty.
struct EventMessage {
  std::string_view message_type;    // "event", "exception" or "error"
  std::string_view event_type;      // of an event
  std::string_view exception_type;  // of an exception
  std::string_view error_code;      // of an error
  std::string_view error_message;   // of an error
  std::string_view payload;
};

class EventStreamDecoder {
 public:
  // The protocol's own limit on headers.
  static constexpr size_t kMaxHeaderBytes = size_t{128} << 10U;

  // A message longer than `max_message_bytes` counts as damage; no more than that is ever buffered.
  explicit EventStreamDecoder(size_t max_message_bytes) : max_bytes_(max_message_bytes) {}

  // Calls `on_message` for each complete message; it returns false to stop, and the remaining bytes
  // are dropped. kDataLoss: a checksum or a length is wrong, so no later byte can be trusted; every
  // later call fails the same way.
  [[nodiscard]] Status Feed(std::string_view bytes,
                            const std::function<bool(const EventMessage&)>& on_message);

  // Whether a message has begun but not ended: a stream that ends here was truncated.
  [[nodiscard]] bool within_message() const { return !held_.empty(); }

 private:
  [[nodiscard]] Status Damaged(std::string what);
  // The length of the message at the start of `bytes`, once it is known and valid; 0: not yet.
  [[nodiscard]] Result<size_t> Length(std::string_view bytes);
  [[nodiscard]] Status Take(std::string_view message, EventMessage* out);

  size_t max_bytes_;
  std::string held_;     // an incomplete message
  std::string damaged_;  // why reading has stopped
};

}  // namespace katra::router::cloud
