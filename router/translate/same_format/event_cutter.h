// Cuts a stream of server-sent events into its events, each with all of its bytes, for whoever
// forwards them as they are. Any split of the input gives the same events (S40, S41). Internal to
// router/translate.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::router::translate {

class EventCutter {
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

// The fields of one event. The data's lines are joined by line feeds.
struct EventFields {
  std::string name;
  std::string data;
  bool has_data = false;
  size_t data_lines = 0;
  bool any = false;  // a line that belongs to the format, be it a comment
};
[[nodiscard]] EventFields ReadFields(std::string_view event);

// The data of an event that is one line of data and nothing else, as a view of it; else empty.
[[nodiscard]] std::string_view OnlyData(std::string_view event);

}  // namespace katra::router::translate
