// A stream of Chat Completions chunks as a stream of Messages events (rules S1-S43 of
// docs/translation.md). Bytes in, bytes out; any split of the input gives the same events. No I/O,
// no clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/errors.h"
#include "router/translate/request.h"
#include "router/translate/usage.h"

namespace katra::translate {

enum class StreamState : uint8_t {
  kOpen,
  kDone,                 // message_stop is out: end the client's stream, drop the upstream
  kFailedBeforeContent,  // nothing of the answer is out (S34, S38): try elsewhere or report error()
  kFailedAfterContent,   // the error event is out (S35, S36): end the client's stream
};

struct ChatStreamOptions {
  // An earlier attempt already sent message_start to this client.
  bool message_started = false;
  // Bytes of one event; more is a failure (S43).
  size_t max_event_bytes = size_t{16} << 20U;
  // The error event names its true type: for who makes another format of it. A Messages client is
  // told overloaded_error or api_error, on which it tries again (S35).
  bool exact_errors = false;
};

class ChatStreamReader {
 public:
  explicit ChatStreamReader(ReplyContext context, ChatStreamOptions options = {});
  ~ChatStreamReader();
  ChatStreamReader(const ChatStreamReader&) = delete;
  ChatStreamReader& operator=(const ChatStreamReader&) = delete;

  // Appends events to `out`. After another state than kOpen input is ignored.
  StreamState Feed(std::string_view bytes, std::string* out);
  // The upstream's stream ended. `cut`: it broke off, which an end by HTTP's rules did not.
  StreamState Finish(bool cut, std::string* out);

  // message_start with an estimate, when the upstream is silent for long (S3); once.
  void Start(std::string* out);
  // Whether a ping may be sent now (S2).
  [[nodiscard]] bool Started() const;
  // Something of the answer is out: no other model may go on (S35).
  [[nodiscard]] bool ContentSent() const;
  // How many chunks so far had a choice, be it empty.
  [[nodiscard]] size_t progress() const;
  // finish_reason came; only usage and the end mark are awaited. An upstream that lingers may be
  // cut with Finish(false).
  [[nodiscard]] bool Finishing() const;

  [[nodiscard]] StreamState state() const;
  [[nodiscard]] const ApiError& error() const;            // of the failed states
  [[nodiscard]] Usage usage() const;                      // S39: estimated unless known
  [[nodiscard]] int64_t estimated_output_tokens() const;  // from the bytes sent so far
  [[nodiscard]] const std::string& stop_reason() const;   // Messages' word; empty before
  [[nodiscard]] const std::string& model() const;         // as the upstream reported it, or empty
  [[nodiscard]] const std::string& upstream_id() const;   // the reply's id, or empty
  // Faults of the upstream that were mended, for the log, e.g. "unknown finish_reason \"x\"".
  [[nodiscard]] const std::vector<std::string>& notes() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace katra::translate
