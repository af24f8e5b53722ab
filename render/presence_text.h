// The text form of a live session. Does not call the store. Pure functions.
#pragma once

#include <string>

#include "core/clock.h"
#include "store/types.h"

namespace katra::render {

// "Sam (openai/gpt-4-turbo, launch), role "…", room main, client codex-mcp-client 0.46.0, in
// /srv/x, since 11:33:18Z, active 2 s ago, 3 unheard". `you`: marks it as the caller's own.
[[nodiscard]] std::string PresenceLine(const store::Presence& presence, bool you, WallTime now);

// A description of the caller's own session: "you are Sam (…), room main, …, session 1f3c…".
[[nodiscard]] std::string SelfText(const store::Session& session, WallTime now);

}  // namespace katra::render
