// Describes the state of each live session: what its client's hooks reported, and what prevents it
// from working. For a background session that has not connected yet, the screen in tmux is read,
// because clients ask questions of their own before they start MCP servers. Changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/live.h"
#include "router/gateway/server/runtime.h"

namespace katra::cli {

struct Condition {
  std::string state;    // "working", "waits at its own first question: katra attach Neo"
  std::string trouble;  // why it does not work properly; empty if it does
  std::string advice;   // command that the user can type to fix it
};

// One for each of `live`, in order. Runs tmux at most twice.
[[nodiscard]] std::vector<Condition> ConditionsOf(const std::vector<LiveSession>& live,
                                                  const Context& context);

// Whether a screen shows one of the questions that a client asks before it starts: trust in the
// folder, login, theme.
[[nodiscard]] bool ShowsFirstQuestion(const std::string& client, const std::string& screen);

}  // namespace katra::cli
