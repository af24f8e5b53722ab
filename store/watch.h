// Notification of changes to a store, made by this or another process. To miss nothing: watch
// first, then read, then wait for a call.
#pragma once

#include <functional>
#include <memory>

#include "core/result.h"

namespace katra::uv {
class Loop;
}

namespace katra::store {

// An active watch. Destroying it ends it; no call comes after that. Use it on the thread of its
// loop, and destroy it before the loop and before the store.
class ChangeWatch {
 public:
  virtual ~ChangeWatch() = default;
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;

  // Whether changes are reported immediately. False: the system cannot provide a file notification
  // at present, so the watch polls several times a second.
  [[nodiscard]] virtual bool is_immediate() const = 0;

 protected:
  ChangeWatch() = default;
};

class Watchable {
 public:
  virtual ~Watchable() = default;

  // Calls `changed` after each change that somebody may wait for, made by any process: a message, a
  // memory, a session that starts, ends or changes its activity. The change is visible by then.
  // Changes before Watch() returns may be missed, later ones never. Several changes may cause one
  // call. There are also calls without a change, at least every two seconds, in case a notification
  // was lost. Call it on the thread of `loop`, which runs `changed` later, never from within. Does
  // not block. `loop` is borrowed and outlives the watch.
  virtual Result<std::unique_ptr<ChangeWatch>> Watch(uv::Loop& loop,
                                                     std::function<void()> changed) = 0;

  // Calls every watch of every process although nothing has changed, to check that watches work.
  // Any thread.
  virtual Status WakeWatches() = 0;
};

}  // namespace katra::store
