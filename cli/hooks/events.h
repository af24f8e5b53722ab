// Katra's reaction to each event of a client's session: updates the session's visible activity, and
// may give text to the model. Knows no command line.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/hooks/dialect.h"
#include "cli/hooks/input.h"
#include "core/result.h"

namespace katra::cli {

// How often in a row the end of a turn is delayed for messages.
inline constexpr int kMostStopsInARow = 5;

// The hook's output in the form that the client takes; may be empty. Starts the process that wakes
// the session, for clients that cannot run one beside the session themselves. An error: the store
// exists but cannot be used, and nothing was delivered.
[[nodiscard]] Result<std::string> HandleHook(HookEvent event, HookClient client,
                                             const HookInput& input, Context& context);

}  // namespace katra::cli
