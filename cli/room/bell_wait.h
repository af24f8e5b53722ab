// Waiting in a command: for a commit of any process, for a time, or for the user to stop it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "store/bell.h"

namespace katra::cli {

class BellWait {
 public:
  enum class Outcome {
    kRung,      // look again; also every two seconds, though nothing rang
    kDeadline,  // the time is up
    kStopped,   // SIGINT, SIGTERM or SIGHUP
  };

  // Listens from the return on: make it, read, then wait. The home exists. While it lives, the
  // signals that end a process end the wait instead.
  static Result<std::unique_ptr<BellWait>> Make(const std::string& home);

  // A ring since the last call counts. `deadline` by the steady clock of the system.
  [[nodiscard]] Outcome Wait(SteadyTime deadline = SteadyTime::max());

 private:
  explicit BellWait(std::unique_ptr<uv::Loop> loop) : loop_(std::move(loop)) {}

  std::unique_ptr<uv::Loop> loop_;
  std::unique_ptr<store::BellWatcher> watcher_;
  std::unique_ptr<uv::Timer> timer_;
  std::vector<std::unique_ptr<uv::Signal>> signals_;
  bool rung_ = false;
  bool late_ = false;
  bool stopped_ = false;
};

}  // namespace katra::cli
