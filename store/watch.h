// Waiting until somebody changes a store, in this process or another one. To miss nothing: watch
// first, then read, then wait for a call.
#pragma once

#include <functional>
#include <memory>

#include "core/result.h"

namespace katra::uv {
class Loop;
}

namespace katra::store {

// A watch that is under way. Destroying it ends it: nothing is called after that. Belongs to the
// thread of its loop; destroy it before the loop and before the store.
class ChangeWatch {
 public:
  virtual ~ChangeWatch() = default;
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;

  // Whether changes are reported at once. False: the system has no notification to give at
  // present, and the watch looks several times a second instead.
  [[nodiscard]] virtual bool is_immediate() const = 0;

 protected:
  ChangeWatch() = default;
};

class Watchable {
 public:
  virtual ~Watchable() = default;

  // Calls `changed` after each change that somebody may wait for, by any process: a message, a
  // memory, a session that starts, ends or does something else. The change can be read by then.
  // Changes before the return may be missed, later ones never. Several changes may come as one
  // call; a call may come without a change, every two seconds at least, in case a notification was
  // lost.
  // Call it on the thread of `loop`, which runs `changed` later, never within this call. Does not
  // block. `loop` is borrowed and outlives the watch.
  virtual Result<std::unique_ptr<ChangeWatch>> Watch(uv::Loop& loop,
                                                     std::function<void()> changed) = 0;

  // Calls every watch of every process, although nothing has changed: for a check that it works.
  // Any thread.
  virtual Status WakeWatches() = 0;
};

}  // namespace katra::store
