// Waits in a command for a change of the store by any process, for a deadline, or for the user to
// stop.
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
    kChanged,   // read again; also every two seconds without a change
    kDeadline,  // the deadline has passed
    kStopped,   // SIGINT, SIGTERM or SIGHUP
  };

  // Watches from when Make() returns: create it, read, then wait. While it exists, signals that
  // would end the process end the wait instead. `store` and `clock` are borrowed and outlive it.
  static Result<std::unique_ptr<ChangeWait>> Make(store::Watchable& store, const Clock& clock);

  // Changes since the last call count. `deadline` is on the clock's Steady().
  [[nodiscard]] Outcome Wait(SteadyTime deadline = SteadyTime::max());

 private:
  ChangeWait(std::unique_ptr<uv::Loop> loop, const Clock& clock)
      : clock_(clock), loop_(std::move(loop)) {}

  const Clock& clock_;
  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<store::ChangeWatch> watch_;
  std::unique_ptr<uv::Timer> timer_;
  std::vector<std::unique_ptr<uv::Signal>> signals_;
  bool changed_ = false;
  bool late_ = false;
  bool stopped_ = false;
};

}  // namespace katra::cli
