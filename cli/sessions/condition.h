// How each live session is, as one would say it: what its client's hooks told, and what keeps it
// from working. A background session that has never been heard of is looked at in tmux, for clients
// ask their own questions before they start any server. Changes nothing.
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
  std::string trouble;  // why it does not work as it should; empty: it does
  std::string advice;   // what to type about it
};

// One for each of `live`, in its order. Runs tmux twice at most.
[[nodiscard]] std::vector<Condition> ConditionsOf(const std::vector<LiveSession>& live,
                                                  const Context& context);

// Whether a screen shows one of the questions that a client asks before it begins: trust in the
// folder, login, theme.
[[nodiscard]] bool ShowsFirstQuestion(const std::string& client, const std::string& screen);

}  // namespace katra::cli
