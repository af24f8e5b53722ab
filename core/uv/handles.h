// Timers, wake-ups from other threads, signals, ends of rounds and file watches on a loop, each
// owned by its object. A callback may destroy its own object.
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

  // Fires once, `delay` from now; an earlier start is forgotten. Never before `delay` has passed.
  void Start(std::chrono::milliseconds delay);
  void Stop();

 private:
  std::shared_ptr<std::function<void()>> fire_;
  OwnedHandle<uv_timer_t> handle_;
};

// Wakes the loop from another thread. Several Sends may come as one.
class Async {
 public:
  static Result<std::unique_ptr<Async>> Make(Loop& loop, std::function<void()> wake);

  // Any thread, as long as this object lives.
  void Send();

 private:
  Async() = default;

  std::shared_ptr<std::function<void()>> wake_;
  OwnedHandle<uv_async_t> handle_;
};

class Signal {
 public:
  // From now on `number` (e.g. SIGTERM) runs `caught` on the loop's thread, not its default action.
  static Result<std::unique_ptr<Signal>> Catch(Loop& loop, int number,
                                               std::function<void()> caught);

 private:
  Signal() = default;

  std::shared_ptr<std::function<void()>> caught_;
  OwnedHandle<uv_signal_t> handle_;
};

// Calls `end` before the loop waits for events and after it has handled those that came: for work
// that is better done once for several callbacks than in each of them. Keeps no loop running.
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
  // `changed(gone)` runs on the loop's thread whenever the file at `path` was written to; `gone`:
  // it was moved or removed, and this watch sees nothing more. Changes before the return may be
  // missed, later ones never. kNotFound, kResourceExhausted (too many watches on this system).
  static Result<std::unique_ptr<FileWatch>> Start(Loop& loop, const std::string& path,
                                                  std::function<void(bool gone)> changed);

 private:
  FileWatch() = default;

  std::shared_ptr<std::function<void(bool)>> changed_;
  OwnedHandle<uv_fs_event_t> handle_;
};

}  // namespace katra::uv
