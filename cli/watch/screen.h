// Draws the screen of `katra watch` as lines of text. Pure: no store, no terminal, no time.
#pragma once

#include <string>
#include <vector>

#include "store/types.h"

namespace katra::cli {

// A message with its time as text.
struct ShownMessage {
  store::Message message;
  std::string time;
};

struct WatchView {
  std::string persona;
  std::string room;
  std::vector<store::Presence> present;  // others and terminals, oldest first
  std::vector<ShownMessage> messages;    // oldest first
  size_t scrolled = 0;                   // lines scrolled up from the newest
  std::string input;
  size_t cursor = 0;   // in bytes of `input`
  std::string notice;  // shown instead of the help; may be empty
  bool notice_is_error = false;
};

struct ScreenSize {
  int width = 80;
  int height = 24;
  bool colours = false;
};

struct Screen {
  std::vector<std::string> rows;  // one per terminal row; none is wider than the terminal
  int cursor_row = 0;             // from 0
  int cursor_column = 0;
  size_t scrolled = 0;  // as requested, but not beyond the oldest line
};

[[nodiscard]] Screen Draw(const WatchView& view, const ScreenSize& size);

// A body in lines of at most `width` columns, broken at spaces if possible; control characters are
// shown, not executed. `width` is at least 2.
[[nodiscard]] std::vector<std::string> WrapBody(const std::string& body, size_t width);

}  // namespace katra::cli
