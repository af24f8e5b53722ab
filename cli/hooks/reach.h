// How messages reach a session that does not ask for them, as far as its hooks and the process that
// waits beside it tell. Changes nothing.
#pragma once

#include <string>

#include "cli/context.h"
#include "store/types.h"

namespace katra::cli {

enum class Reach {
  kCalls,  // only when it calls katra_hear
  kTurns,  // with its next prompt or tool call
  kWoken,  // at once, also when it is idle
  kKeys,   // a notice is typed into its idle prompt
};

[[nodiscard]] Reach ReachOf(const store::Session& session, const Context& context);

// Whether the session is idle and nothing wakes it, so that it hears only if somebody prompts it.
// False while that cannot be known: just after its start, and between a wake and its turn.
[[nodiscard]] bool IsIdleUnwoken(const store::Session& session, const Context& context);

// "calls", "turns", "woken", "keys"
[[nodiscard]] const char* ToString(Reach reach);
// For people: "woken", "at its next tool call" (of an idle session: "at its next prompt"), "when it
// calls katra_hear", "by keys".
[[nodiscard]] std::string Describe(Reach reach, store::Activity activity);

}  // namespace katra::cli
