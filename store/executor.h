// Runs blocking store calls off the event loop. Three lanes, so that what is slow or stuck in one
// never stops the others: reads (two threads), writes (one), and hearing (one; it reads, and
// sometimes writes). Threads start when their lane is first used.
#pragma once

#include <functional>
#include <memory>

namespace katra::store {

class Executor {
 public:
  enum class Lane { kRead, kWrite, kHear };

  virtual ~Executor() = default;

  // Runs `work` on the lane's thread, first come, first served; then `done` on the loop's thread.
  // Called on the loop's thread. `done` is dropped when the executor is destroyed first.
  virtual void Post(Lane lane, std::function<void()> work, std::function<void()> done) = 0;
};

}  // namespace katra::store
