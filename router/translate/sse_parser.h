// Takes a stream of server-sent events apart: any split of the bytes gives the same events (S40,
// S41, S43). Knows nothing of what the events say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::router::translate {

// What some servers send to keep the connection: nothing is missing where it is passed over.
[[nodiscard]] bool IsKeepAlive(std::string_view name, std::string_view data);

class SseParser {
 public:
  // Models write far less; what a tool of the provider found may take megabytes.
  static constexpr size_t kMaxEventBytes = size_t{16} << 20U;

  explicit SseParser(size_t max_event_bytes = kMaxEventBytes) : max_bytes_(max_event_bytes) {}

  // Calls `on_event(name, data)` for each event that has data; both are borrowed for the call. An
  // event without a name has an empty one. `on_event` returns false to stop: the rest of the bytes
  // is dropped. False when it stopped or an event is too long.
  template <typename OnEvent>
  bool Feed(std::string_view bytes, const OnEvent& on_event) {
    line_feed_ = nullptr;
    while (!bytes.empty() && !overflow_) {
      const size_t used = TakeLine(bytes);
      bytes.remove_prefix(used);
      if (line_done_ && EndLine() && !Dispatch(on_event)) return false;
    }
    return !overflow_;
  }

  // The stream ended: what was begun counts as whole.
  template <typename OnEvent>
  void Finish(const OnEvent& on_event) {
    if (!line_.empty()) {
      Field(line_);
      line_.clear();
    }
    if (has_data_) Dispatch(on_event);
  }

  [[nodiscard]] bool overflow() const { return overflow_; }
  // Whether a line was seen that belongs to the format: else this is something else, like HTML.
  [[nodiscard]] bool SawField() const { return saw_field_; }

 private:
  // Takes bytes up to and with the line's end; `line_done_` says whether it came.
  size_t TakeLine(std::string_view bytes);
  // True when the line was the empty one that ends an event.
  bool EndLine();
  void Field(std::string_view line);

  template <typename OnEvent>
  bool Dispatch(const OnEvent& on_event) {
    const bool go_on = !has_data_ || on_event(std::string_view(name_), std::string_view(data_));
    name_.clear();
    data_.clear();
    has_data_ = false;
    return go_on;
  }

  size_t max_bytes_;
  const char* line_feed_ =
      nullptr;        // the next one of the bytes that are fed, once it was looked for
  std::string line_;  // without its end
  std::string name_;
  std::string data_;
  bool line_done_ = false;
  bool has_data_ = false;
  bool after_cr_ = false;  // a line feed now belongs to the line before
  bool at_start_ = true;   // a byte order mark may come
  bool saw_field_ = false;
  bool overflow_ = false;
};

}  // namespace katra::router::translate
