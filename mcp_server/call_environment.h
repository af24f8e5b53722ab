// What every tool, resource and prompt receives about the call that it serves.
#pragma once

#include <string_view>

#include "core/clock.h"
#include "store/executor.h"
#include "store/store.h"

namespace katra::mcp {

// The executor's lane that runs a call; a stuck call blocks only its own lane.
using Lane = store::Executor::Lane;

// Borrowed for the duration of the call, on a store thread.
struct CallEnvironment {
  store::Store& store;
  const Clock& clock;
  store::SessionId session;
  store::CallContext context;
  std::string_view home = {};  // KATRA_HOME, for what is not in the store
};

}  // namespace katra::mcp
