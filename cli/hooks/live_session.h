// Finds the live session to which a hook, a wait or a status line belongs. It was opened by another
// process (the client's MCP server), and deliveries are made in that session.
#pragma once

#include <optional>

#include "cli/context.h"
#include "cli/hooks/input.h"
#include "core/result.h"
#include "store/store.h"

namespace katra::cli {

// Whether this process belongs to a session of `katra start`.
[[nodiscard]] bool StartedByKatra(const Context& context);

// Finds the session by $KATRA_PERSONA, else by the client's session id, else (`by_process`) by the
// client's process, which started both the session's server and this process. Unset if there is
// none, or no store (none is created). Of several sessions of a persona: the one with that id, else
// the one in the same folder, else the newest.
[[nodiscard]] Result<std::optional<store::Session>> FindLiveSession(const HookInput& input,
                                                                    Context& context);

// The same, but waits up to `patience` for the client's server to open it. For a starting client.
[[nodiscard]] Result<std::optional<store::Session>> AwaitLiveSession(
    const HookInput& input, std::chrono::milliseconds patience, Context& context);

}  // namespace katra::cli
