// Server-sent events: a reader that accepts any split of the bytes, and the form in which we write
// them. Knows no model provider. Rules S40, S41, S43.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace katra::http {

// Splits a stream into events. Takes LF, CRLF and CR line ends, a missing space after the colon,
// comments, several data lines, a byte order mark. Pure; not thread-safe.
class SseReader {
 public:
  struct Event {
    std::string_view name;  // empty: none was given
    std::string_view data;
  };
  // Views are borrowed for the call. The reader must not be fed or destroyed from within it.
  using Sink = std::function<void(const Event&)>;

  explicit SseReader(size_t max_event_bytes = 32 * 1024 * 1024) : limit_bytes_(max_event_bytes) {}

  // False: an event grew beyond the limit; nothing more will be read.
  [[nodiscard]] bool Feed(std::string_view bytes, const Sink& sink);
  // At the end of the stream: an event without its blank line is dropped, as the standard says.
  // True when there was none such.
  [[nodiscard]] bool Finish();
  // Nothing of a further event has come in yet.
  [[nodiscard]] bool at_boundary() const {
    return line_.empty() && !has_data_ && name_.empty() && !within_event_;
  }

 private:
  void TakeLine(std::string_view line, const Sink& sink);

  size_t limit_bytes_;
  std::string line_;  // an unfinished one
  std::string name_;
  std::string data_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool started_ = false;
  bool broken_ = false;
  bool within_event_ = false;
};

// "event: NAME\ndata: DATA\n\n". `data` holds no line break.
[[nodiscard]] std::string FormatSse(std::string_view name, std::string_view data);

}  // namespace katra::http
