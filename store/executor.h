// Runs blocking store calls off the event loop, in three lanes, so that a slow or stuck call in one
// lane does not stop the others: reads (two threads), writes (one), and hearing (one; it reads, and
// sometimes writes). Threads start when their lane is first used.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/result.h"

namespace katra::uv {
class Loop;
}

namespace katra::store {

class Executor {
 public:
  enum class Lane { kRead, kWrite, kHear };

  virtual ~Executor() = default;

  // Runs `work` on the lane's thread, in order of posting, then `done` on the loop's thread. Call
  // it on the loop's thread. `done` is dropped if the executor is destroyed first.
  virtual void Post(Lane lane, std::function<void()> work, std::function<void()> done) = 0;
};

// The executor of a process: its threads report completions through the loop.
class LoopExecutor final : public Executor {
 public:
  // `loop` is borrowed.
  static Result<std::unique_ptr<LoopExecutor>> Make(uv::Loop& loop);

  // Calls Stop(); see there about stuck work.
  ~LoopExecutor() override;

  void Post(Lane lane, std::function<void()> work, std::function<void()> done) override;

  // Drops queued work and waits up to `grace` for running work. False: some work is stuck. Its
  // thread is then abandoned, and what that work uses must not be destroyed, so the process must
  // end with _exit(). No `done` is called from here on.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

 private:
  struct State;

  explicit LoopExecutor(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace katra::store
