// Parses streams of server-sent events, for all of Katra. The result does not depend on how the
// bytes are split (S40, S41, S43). Knows nothing about what events mean.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::router::translate {

// Whether an event only keeps the connection alive and can be ignored.
[[nodiscard]] bool IsKeepAlive(std::string_view name, std::string_view data);

// A line of an event, without its line end. A comment has no name.
struct SseField {
  std::string_view name;
  std::string_view value;  // without the optional leading blank
};
[[nodiscard]] SseField ReadSseField(std::string_view line);

// For readers of events.
class SseParser {
 public:
  // Models write far less, but results of provider-side tools may have megabytes.
  static constexpr size_t kMaxEventBytes = size_t{16} << 20U;

  explicit SseParser(size_t max_event_bytes = kMaxEventBytes) : max_bytes_(max_event_bytes) {}

  // Calls `on_event(name, data)` for each event with data; both are borrowed for the call. The name
  // may be empty. `on_event` returns false to stop, and the remaining bytes are dropped. Returns
  // false if it stopped or an event is too long.
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

  // The stream ended: an incomplete event counts as complete.
  template <typename OnEvent>
  void Finish(const OnEvent& on_event) {
    if (!line_.empty()) {
      Field(line_);
      line_.clear();
    }
    if (has_data_) Dispatch(on_event);
  }

  [[nodiscard]] bool overflow() const { return overflow_; }
  // Whether a valid line was seen; otherwise the data is something else, like HTML.
  [[nodiscard]] bool SawField() const { return saw_field_; }

 private:
  // Consumes bytes up to and including the line end. `line_done_` says whether it was found.
  size_t TakeLine(std::string_view bytes);
  // True if the line was the empty one that ends an event.
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
  const char* line_feed_ = nullptr;  // the next line feed in the current bytes, if known
  std::string line_;                 // without its end
  std::string name_;
  std::string data_;
  bool line_done_ = false;
  bool has_data_ = false;
  bool after_cr_ = false;  // a line feed now belongs to the previous line
  bool at_start_ = true;   // a byte order mark may follow
  bool saw_field_ = false;
  bool overflow_ = false;
};

// Splits a stream into complete events with all of their bytes, for forwarding them unchanged.
class SseCutter {
 public:
  // Calls `event(bytes)` for each complete event, including the empty line that ends it; borrowed
  // for the call. It returns false to drop the rest.
  template <typename OnEvent>
  void Feed(std::string_view bytes, const OnEvent& event) {
    std::string_view view = bytes;
    if (!held_.empty()) {
      held_.append(bytes);
      view = held_;
    }
    size_t begin = 0;
    while (true) {
      const size_t next = LineEnd(view);
      if (next == 0) break;
      const bool blank = blank_;
      line_ = searched_ = next;
      if (!blank) continue;
      const std::string_view whole = view.substr(begin, next - begin);
      begin = next;
      if (!event(whole)) {
        Drop();
        return;
      }
    }
    Keep(view, begin);
  }

  // Returns and clears the incomplete event at the end.
  [[nodiscard]] std::string Rest();
  [[nodiscard]] size_t held() const { return held_.size(); }

 private:
  // The start of the line after the one at `line_`; 0 if the line is incomplete. Sets `blank_`.
  [[nodiscard]] size_t LineEnd(std::string_view view);
  void Keep(std::string_view view, size_t begin);
  void Drop();

  std::string held_;     // an incomplete event
  size_t line_ = 0;      // start of its last line
  size_t searched_ = 0;  // there is no line end before this position
  bool blank_ = false;
};

// One event, as returned by SseCutter. Its data lines are joined by line feeds.
struct SseEvent {
  std::string name;
  std::string data;
  bool has_data = false;
  size_t data_lines = 0;
  bool any = false;  // it has a valid line, even if only a comment
};
[[nodiscard]] SseEvent ReadSseEvent(std::string_view event);
// Has neither data nor a name; clients ignore it.
[[nodiscard]] inline bool IsComment(const SseEvent& event) {
  return !event.has_data && event.name.empty();
}

// The data of an event that consists of one data line, as a view of it; else empty.
[[nodiscard]] std::string_view OnlyData(std::string_view event);

}  // namespace katra::router::translate
