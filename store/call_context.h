// The context of a call to the store, and the rules that hold for all calls.
//
// Threads: any thread may call a store, several at the same time. A call may block on the disk and
// on writes of other processes, so an event loop never calls a store itself: it posts the call to
// an Executor (store/executor.h).
//
// Durability: a call that changes something returns after the change is committed and synced to
// disk, unless its comment says otherwise. After an error nothing has changed.
//
// Visibility: a call that takes a session sees what that session's persona may see: messages to
// everyone, direct messages that it sent or received, shared memories and its own private ones.
// Anything else is reported exactly as if it did not exist (kNotFound).
//
// Errors: any call may return kUnavailable (another process held the write lock too long),
// kResourceExhausted (the disk is full, or a quota is used up), kDataLoss (the file is damaged),
// kPermissionDenied (the file is read-only), kCancelled and kDeadlineExceeded (from CallContext).
// Other codes are named at the method.
//
// Ownership: arguments are borrowed for the call; results belong to the caller.
#pragma once

#include <atomic>

#include "core/clock.h"

namespace katra::store {

// The deadline of a call and its cancellation flag. Borrowed for the call.
struct CallContext {
  SteadyTime deadline = SteadyTime::max();
  const std::atomic<bool>* cancelled = nullptr;  // set by any thread; null: never cancelled
};

}  // namespace katra::store
