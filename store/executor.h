// Runs blocking store calls off the event loop. Three lanes, so that what is slow or stuck in one
// never stops the others: reads (two threads), writes (one), and hearing (one; it reads, and
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

  // Runs `work` on the lane's thread, first come, first served; then `done` on the loop's thread.
  // Called on the loop's thread. `done` is dropped when the executor is destroyed first.
  virtual void Post(Lane lane, std::function<void()> work, std::function<void()> done) = 0;
};

// The executor of a process: threads, whose completions come back through the loop.
class LoopExecutor final : public Executor {
 public:
  // `loop` is borrowed.
  static Result<std::unique_ptr<LoopExecutor>> Make(uv::Loop& loop);

  // Stops; see Stop() about work that is stuck.
  ~LoopExecutor() override;

  void Post(Lane lane, std::function<void()> work, std::function<void()> done) override;

  // Drops what has not begun, and waits up to `grace` for what has. False: some work is stuck. Then
  // its thread is left behind, and what that work uses must not be destroyed: the process can only
  // end by _exit(). Nothing is `done` any more from here on.
  [[nodiscard]] bool Stop(std::chrono::milliseconds grace);

 private:
  struct State;

  explicit LoopExecutor(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace katra::store
