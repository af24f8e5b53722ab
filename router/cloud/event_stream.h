// Takes apart application/vnd.amazon.eventstream, the binary framing of AWS's streamed replies
// ("Event stream encoding" in the developer guides of Amazon Lex and Transcribe; Smithy's
// aws.protocols event stream specification). Any split of the bytes gives the same messages. Knows
// no service and nothing of what the messages say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router::cloud {

// One message. All views are borrowed for the call that hands it over; a header that is absent, or
// no string, is empty.
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

  // `max_message_bytes`: a longer message is damage; no more than that is ever held.
  explicit EventStreamDecoder(size_t max_message_bytes) : max_bytes_(max_message_bytes) {}

  // Calls `on_message` for each whole message; it returns false to stop, and the rest of the bytes
  // is dropped. kDataLoss: a checksum or a length is wrong, so that no later byte can be trusted
  // either. Every later call fails the same way.
  [[nodiscard]] Status Feed(std::string_view bytes,
                            const std::function<bool(const EventMessage&)>& on_message);

  // Whether a message has begun and not ended: a stream that ends here was cut.
  [[nodiscard]] bool within_message() const { return !held_.empty(); }

 private:
  [[nodiscard]] Status Damaged(std::string what);
  // How long the message is that `bytes` begin with, once that is known and sound; 0: not yet.
  [[nodiscard]] Result<size_t> Length(std::string_view bytes);
  [[nodiscard]] Status Take(std::string_view message, EventMessage* out);

  size_t max_bytes_;
  std::string held_;     // a message whose end has not come
  std::string damaged_;  // why nothing is read any more
};

}  // namespace katra::router::cloud
