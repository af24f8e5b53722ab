// An upstream's stream, of whatever format, as a stream of Messages events (rules S1-S43 and
// S60-S65 of docs/translation.md). Bytes in, bytes out; any split of the input gives the same
// events. No I/O, no clock.
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
  kDone,                 // message_stop is out: end the client's stream, drop the upstream
  kFailedBeforeContent,  // nothing of the answer is out (S34, S38): try elsewhere or report error()
  kFailedAfterContent,   // the error event is out (S35, S36): end the client's stream
};

struct StreamOptions {
  // An earlier attempt already sent message_start to this client.
  bool message_started = false;
  // Bytes of one event; more is a failure (S43).
  size_t max_event_bytes = size_t{16} << 20U;
  // The error event names its true type: for who makes another format of it. A Messages client is
  // told overloaded_error or api_error, on which it tries again (S35).
  bool exact_errors = false;
};

class UpstreamStream {
 public:
  UpstreamStream() = default;
  virtual ~UpstreamStream() = default;
  UpstreamStream(const UpstreamStream&) = delete;
  UpstreamStream& operator=(const UpstreamStream&) = delete;

  // Appends events to `out`. After another state than kOpen input is ignored.
  virtual StreamState Feed(std::string_view bytes, std::string* out) = 0;
  // The upstream's stream ended. `cut`: it broke off, which an end by HTTP's rules did not.
  virtual StreamState Finish(bool cut, std::string* out) = 0;

  // Something of the answer is out: no other model may go on (S35).
  [[nodiscard]] virtual bool ContentSent() const = 0;
  // How many events so far said something of the answer, be it nothing.
  [[nodiscard]] virtual size_t progress() const = 0;
  // Only usage and the end mark are awaited. An upstream that lingers may be cut with
  // Finish(false).
  [[nodiscard]] virtual bool Finishing() const = 0;

  [[nodiscard]] virtual StreamState state() const = 0;
  [[nodiscard]] virtual const ApiError& error() const = 0;            // of the failed states
  [[nodiscard]] virtual Usage usage() const = 0;                      // S39: estimated unless known
  [[nodiscard]] virtual int64_t estimated_output_tokens() const = 0;  // from the bytes so far
  [[nodiscard]] virtual const std::string& stop_reason() const = 0;   // Messages' word, or empty
  [[nodiscard]] virtual const std::string& model() const = 0;         // as the upstream reported it
  [[nodiscard]] virtual const std::string& upstream_id() const = 0;   // the reply's id, or empty
  // Faults of the upstream that were mended, for the log, e.g. "unknown finish_reason \"x\"".
  [[nodiscard]] virtual const std::vector<std::string>& notes() const = 0;
  // Parts of the answer that are not understood and were left out: "output.TYPE", "event.TYPE".
  [[nodiscard]] virtual const std::vector<std::string>& left_out() const = 0;
};

}  // namespace katra::router::translate
