// Timers, wake-ups from other threads, signals, end-of-iteration hooks and file watches on a loop.
// Each object owns its libuv handle. A callback may destroy its own object.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/uv/loop.h"

namespace katra::uv {

class Timer {
 public:
  // `loop` is borrowed. `fire` runs on the loop's thread.
  Timer(Loop& loop, std::function<void()> fire);

  // Fires once, at least `delay` from now; replaces an earlier start.
  void Start(std::chrono::milliseconds delay);
  void Stop();

 private:
  std::shared_ptr<std::function<void()>> fire_;
  OwnedHandle<uv_timer_t> handle_;
};

// Wakes the loop from another thread. Several calls of Send() may cause one wake-up.
class Async {
 public:
  static Result<std::unique_ptr<Async>> Make(Loop& loop, std::function<void()> wake);

  // Callable from any thread while this object exists.
  void Send();

 private:
  Async() = default;

  std::shared_ptr<std::function<void()>> wake_;
  OwnedHandle<uv_async_t> handle_;
};

class Signal {
 public:
  // From now on the signal `number` (e.g. SIGTERM) runs `caught` on the loop's thread instead of
  // its default action.
  static Result<std::unique_ptr<Signal>> Catch(Loop& loop, int number,
                                               std::function<void()> caught);

 private:
  Signal() = default;

  std::shared_ptr<std::function<void()>> caught_;
  OwnedHandle<uv_signal_t> handle_;
};

// Calls `end` before the loop waits for events and after it has handled them: for work that is
// better done once for several callbacks than in each. Does not keep the loop running.
class EndOfIteration {
 public:
  // `loop` is borrowed. `end` runs on the loop's thread.
  EndOfIteration(Loop& loop, std::function<void()> end);

 private:
  std::shared_ptr<std::function<void()>> end_;
  OwnedHandle<uv_prepare_t> before_waiting_;
  OwnedHandle<uv_check_t> after_events_;
};

class FileWatch {
 public:
  // Runs `changed(gone)` on the loop's thread whenever the file at `path` is written to. `gone`: it
  // was moved or removed, and this watch reports nothing more. Changes before Start() returns may
  // be missed, later ones never. kNotFound, kResourceExhausted (too many watches on this system).
  static Result<std::unique_ptr<FileWatch>> Start(Loop& loop, const std::string& path,
                                                  std::function<void(bool gone)> changed);

 private:
  FileWatch() = default;

  std::shared_ptr<std::function<void(bool)>> changed_;
  OwnedHandle<uv_fs_event_t> handle_;
};

}  // namespace katra::uv
