// The terminal of `katra watch`: raw keys in, whole screens out, and what else can happen while it
// waits. Gives the terminal back as it was. Knows no room.
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

// The screen as an alternate one, keys one by one. stdin and stdout are the same terminal.
class RawTerminal {
 public:
  static Result<std::unique_ptr<RawTerminal>> Enter(std::ostream& out);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // Writes the rows that are not there yet.
  void Show(const Screen& screen);
  // The next Show writes every row.
  void Forget() { shown_.clear(); }

 private:
  RawTerminal(std::ostream& out, const termios& before) : out_(out), before_(before) {}

  std::ostream& out_;
  const termios before_;
  std::vector<std::string> shown_;
};

// What came while waiting; several may come at once.
struct Happenings {
  std::string typed;
  bool changed = false;  // the store, perhaps
  bool resized = false;
  bool ended = false;  // a signal, or the end of the terminal
};

class WatchEvents {
 public:
  // Watches from the return on. `store` is borrowed and outlives it.
  static Result<std::unique_ptr<WatchEvents>> Make(store::Watchable& store);

  // Waits until something happens, at most `patience`.
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
