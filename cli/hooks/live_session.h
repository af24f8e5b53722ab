// Which of the live sessions a hook, a wait or a status line belongs to: another process opened it
// (the client's MCP server), and what they deliver is delivered in that session.
#pragma once

#include <optional>

#include "cli/context.h"
#include "cli/hooks/input.h"
#include "core/result.h"
#include "store/store.h"

namespace katra::cli {

// The session of $KATRA_PERSONA, else of the client's own session id; unset: there is none now, or
// there is no store yet, and none is made. Of several sessions of a persona: the one with that id,
// else the one in the same folder, else the newest.
[[nodiscard]] Result<std::optional<store::Session>> FindLiveSession(const HookInput& input,
                                                                    Context& context);

// The same, waiting up to `patience` for the client's server to open it. For the start of a client.
[[nodiscard]] Result<std::optional<store::Session>> AwaitLiveSession(
    const HookInput& input, std::chrono::milliseconds patience, Context& context);

}  // namespace katra::cli
