// Wakes a background session whose client offers no other way: types a notice into its idle prompt,
// in tmux. Opt-in (`katra start --wake-by-keys`), because it reads the screen to know that the
// prompt is idle and empty.
#pragma once

#include <string>

#include "cli/clients/agent.h"
#include "cli/context.h"

namespace katra::cli {

// Whether the screen shows the client's prompt, empty and idle. Anything unknown is taken for a
// question: nothing is typed then.
[[nodiscard]] bool ShowsIdlePrompt(const Agent& agent, const std::string& screen);

// Types for the session of KATRA_PERSONA, until it ends; returns the exit code. Does nothing while
// another process waits for the session, because that one wakes it without keys.
[[nodiscard]] int TypeForSession(Context& context);

}  // namespace katra::cli
