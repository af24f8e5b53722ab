// Draws the screen of `katra watch` as lines of text. Pure: no store, no terminal, no time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/types.h"

namespace katra::cli {

// A message with its time as text.
struct ShownMessage {
  store::Message message;
  std::string time;
};

// A session, as its row shows it.
struct ShownSession {
  store::Presence presence;  // id 0: it has not connected to the room yet
  std::string place;         // its folder, as people write it; empty: unknown
  bool started = false;      // by `katra start`, on this machine, so that it can be stopped
  bool attachable = false;   // it runs in tmux
};

struct WatchView {
  std::string persona;
  std::string room;
  std::vector<ShownSession> present;   // others and terminals, oldest first
  std::optional<size_t> chosen;        // index in `present` of the marked one
  std::vector<ShownMessage> messages;  // oldest first
  store::MessageId new_from = 0;       // a line stands above this message; 0: above none
  size_t scrolled = 0;                 // lines scrolled up from the newest
  std::string prompt = "> ";
  std::string input;
  size_t cursor = 0;   // in bytes of `input`
  std::string help;    // the last line; empty: of the keys for speaking
  std::string notice;  // shown instead of the help; may be empty
  bool notice_is_error = false;
};

struct ScreenSize {
  int width = 80;
  int height = 24;
  bool colours = false;
  bool many_colours = false;  // the terminal has 256
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
