// Converts an upstream's stream, of any format, to Messages events (rules S1-S43 and S60-S65 of
// docs/translation.md). Bytes in, bytes out; the result does not depend on how the input is split.
// No I/O, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/errors.h"
#include "router/translate/usage.h"

namespace katra::router::translate {

enum class StreamState : uint8_t {
  kOpen,
  kDone,                 // message_stop was sent: end the client's stream, drop the upstream
  kFailedBeforeContent,  // nothing was sent (S34, S38): try elsewhere or report error()
  kFailedAfterContent,   // the error event was sent (S35, S36): end the client's stream
};

struct StreamOptions {
  // An earlier attempt already sent message_start to this client.
  bool message_started = false;
  // Maximum size of an event; a larger one is a failure (S43).
  size_t max_event_bytes = size_t{16} << 20U;
  // The error event has its exact type, for conversion to another format. Messages clients get
  // overloaded_error or api_error, on which they retry (S35).
  bool exact_errors = false;
};

class UpstreamStream {
 public:
  UpstreamStream() = default;
  virtual ~UpstreamStream() = default;
  UpstreamStream(const UpstreamStream&) = delete;
  UpstreamStream& operator=(const UpstreamStream&) = delete;

  // Appends events to `out`. Ignores input in any state but kOpen.
  virtual StreamState Feed(std::string_view bytes, std::string* out) = 0;
  // The upstream's stream ended. `cut`: the connection broke, rather than ending by the rules of
  // HTTP.
  virtual StreamState Finish(bool cut, std::string* out) = 0;

  // Part of the answer was sent, so no other model can continue (S35).
  [[nodiscard]] virtual bool ContentSent() const = 0;
  // The number of events so far that belong to the answer, even empty ones.
  [[nodiscard]] virtual size_t progress() const = 0;
  // Only usage and the end mark are missing. If the upstream delays them, it may be cut with
  // Finish(false).
  [[nodiscard]] virtual bool Finishing() const = 0;

  [[nodiscard]] virtual StreamState state() const = 0;
  [[nodiscard]] virtual const ApiError& error() const = 0;            // in the failed states
  [[nodiscard]] virtual Usage usage() const = 0;                      // S39: estimated if unknown
  [[nodiscard]] virtual int64_t estimated_output_tokens() const = 0;  // from the size so far
  // The Messages API's value, or empty.
  [[nodiscard]] virtual const std::string& stop_reason() const = 0;
  [[nodiscard]] virtual const std::string& model() const = 0;        // as reported by the upstream
  [[nodiscard]] virtual const std::string& upstream_id() const = 0;  // the response's id, or empty
  // Repaired faults of the upstream, for the log, e.g. "unknown finish_reason \"x\"".
  [[nodiscard]] virtual const std::vector<std::string>& notes() const = 0;
  // Parts of the answer that were not understood and were dropped: "output.TYPE", "event.TYPE".
  [[nodiscard]] virtual const std::vector<std::string>& left_out() const = 0;
};

}  // namespace katra::router::translate
