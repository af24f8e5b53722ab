// What every call of a store is given, and the rules that hold for all of them.
//
// Threads: a store may be called by any thread, by several at once. A call may block on the disk
// and on other processes' writes, so an event loop never calls a store itself: it posts the call to
// an Executor (store/executor.h).
//
// Durability: a call that changes something returns after the change is committed and synced to
// disk, unless its comment says otherwise. An error means that nothing was changed.
//
// Visibility: a call that takes a session sees what that session's persona may see: messages to
// everyone, direct messages that it sent or received, shared memories and its own private ones.
// What it may not see is reported exactly as what does not exist (kNotFound).
//
// Errors: any call may return kUnavailable (another process held the write lock too long),
// kResourceExhausted (the disk is full, or a quota is used up), kDataLoss (the file is damaged),
// kPermissionDenied (the file is read-only), kCancelled and kDeadlineExceeded (from CallContext).
// Other codes are named at the method.
//
// Ownership: arguments are borrowed for the call; results are the caller's.
#pragma once

#include <atomic>

#include "core/clock.h"

namespace katra::store {

// How long a call may take, and whether its caller still wants it. Borrowed for the call.
struct CallContext {
  SteadyTime deadline = SteadyTime::max();
  const std::atomic<bool>* cancelled = nullptr;  // set by any thread; null: never cancelled
};

}  // namespace katra::store
