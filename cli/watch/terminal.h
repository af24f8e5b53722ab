// The terminal of `katra watch`: reads raw keys, draws complete screens, and waits for events.
// Restores the terminal's state. Knows no room.
#pragma once

#include <termios.h>

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/watch/screen.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "core/uv/stdio.h"
#include "store/watch.h"

namespace katra::cli {

// Switches to the alternate screen and to unbuffered keys. stdin and stdout must be the same
// terminal.
class RawTerminal {
 public:
  static Result<std::unique_ptr<RawTerminal>> Enter(std::ostream& out);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // Writes the rows that have changed.
  void Show(const Screen& screen);
  // The next Show writes every row.
  void Forget() { shown_.clear(); }

 private:
  RawTerminal(std::ostream& out, const termios& before) : out_(out), before_(before) {}

  std::ostream& out_;
  const termios before_;
  std::vector<std::string> shown_;
};

// What happened during a wait; several things may happen at once.
struct Happenings {
  std::string typed;
  bool changed = false;  // the store may have changed
  bool resized = false;
  bool ended = false;  // a signal, or the terminal has gone
};

class WatchEvents {
 public:
  // Watches from when it returns. `store` is borrowed and outlives it.
  static Result<std::unique_ptr<WatchEvents>> Make(store::Watchable& store);

  // Waits for an event, at most `patience`.
  [[nodiscard]] Happenings Wait(std::chrono::milliseconds patience);

 private:
  explicit WatchEvents(std::unique_ptr<uv::Loop> loop) : loop_(std::move(loop)) {}

  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<uv::Timer> timer_;
  std::vector<std::unique_ptr<uv::Signal>> signals_;
  std::unique_ptr<store::ChangeWatch> watch_;
  std::unique_ptr<uv::ByteSource> keys_;
  Happenings happened_;
};

}  // namespace katra::cli
