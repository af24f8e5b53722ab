// Takes a stream of server-sent events apart: any split of the bytes gives the same events (S40,
// S41, S43). All that read such streams read them with this. Knows nothing of what the events say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::router::translate {

// What some servers send to keep the connection: nothing is missing where it is passed over.
[[nodiscard]] bool IsKeepAlive(std::string_view name, std::string_view data);

// A line of an event, without its end. A comment has no name.
struct SseField {
  std::string_view name;
  std::string_view value;  // without the blank that may stand before it
};
[[nodiscard]] SseField ReadSseField(std::string_view line);

// For whoever wants to know what events say.
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

// Cuts a stream into its events, each with all of its bytes, for whoever forwards them as they are.
class SseCutter {
 public:
  // `event(bytes)` is called for each event that is whole, with the empty line that ends it;
  // borrowed for the call. False: the rest is dropped.
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

  // What no empty line has ended. It is let go.
  [[nodiscard]] std::string Rest();
  [[nodiscard]] size_t held() const { return held_.size(); }

 private:
  // Where the line after the one at `line_` begins; 0: its end has not come. Sets `blank_`.
  [[nodiscard]] size_t LineEnd(std::string_view view);
  void Keep(std::string_view view, size_t begin);
  void Drop();

  std::string held_;     // of an event whose end has not come
  size_t line_ = 0;      // in it: where the last line begins
  size_t searched_ = 0;  // in it: no line's end before this
  bool blank_ = false;
};

// One event, as SseCutter gives it. The data's lines are joined by line feeds.
struct SseEvent {
  std::string name;
  std::string data;
  bool has_data = false;
  size_t data_lines = 0;
  bool any = false;  // a line that belongs to the format, be it a comment
};
[[nodiscard]] SseEvent ReadSseEvent(std::string_view event);
// Has neither data nor a name: clients pass over it.
[[nodiscard]] inline bool IsComment(const SseEvent& event) {
  return !event.has_data && event.name.empty();
}

// The data of an event that is one line of data and nothing else, as a view of it; else empty.
[[nodiscard]] std::string_view OnlyData(std::string_view event);

}  // namespace katra::router::translate
