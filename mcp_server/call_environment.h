// What every tool, resource and prompt is given of the call that it serves.
#pragma once

#include "core/clock.h"
#include "store/executor.h"
#include "store/store.h"

namespace katra::mcp {

// Which lane runs a call: one that is stuck stops only itself.
using Lane = store::Executor::Lane;

// Borrowed for the duration of the call, on a store thread.
struct CallEnvironment {
  store::Store& store;
  const Clock& clock;
  store::SessionId session;
  store::CallContext context;
};

}  // namespace katra::mcp
