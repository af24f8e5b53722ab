// Waiting in a command: for a commit of any process, for a time, or for the user to stop it.
#pragma once

#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "store/watch.h"

namespace katra::cli {

class ChangeWait {
 public:
  enum class Outcome {
    kChanged,   // look again; also every two seconds, though nothing has changed
    kDeadline,  // the time is up
    kStopped,   // SIGINT, SIGTERM or SIGHUP
  };

  // Watches from the return on: make it, read, then wait. While it lives, the signals that end a
  // process end the wait instead. `store` is borrowed and outlives it.
  static Result<std::unique_ptr<ChangeWait>> Make(store::Watchable& store);

  // A change since the last call counts. `deadline` by the steady clock of the system.
  [[nodiscard]] Outcome Wait(SteadyTime deadline = SteadyTime::max());

 private:
  explicit ChangeWait(std::unique_ptr<uv::Loop> loop) : loop_(std::move(loop)) {}

  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<store::ChangeWatch> watch_;
  std::unique_ptr<uv::Timer> timer_;
  std::vector<std::unique_ptr<uv::Signal>> signals_;
  bool changed_ = false;
  bool late_ = false;
  bool stopped_ = false;
};

}  // namespace katra::cli
