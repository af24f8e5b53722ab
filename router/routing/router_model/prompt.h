// The prompt that a router model is asked with: the routes, and as much of the conversation's end
// as its budget allows. Pure, and the same bytes for the same routes in the same order, so that a
// server's prompt cache can hold its beginning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/routing/router_model/prompt_template.h"

namespace katra::router::routing::router_model {

struct Route {
  std::string name;
  std::string description;
};

// One message of a conversation, as text alone.
struct Turn {
  std::string role;  // "user", "assistant"; others are left out
  std::string text;  // empty: left out
};

// How many tokens (bytes / 4) the template and the conversation may have together.
[[nodiscard]] size_t BudgetTokens(Family family);

// The end of `turns` that goes into the prompt, oldest first. `template_bytes` count as well.
[[nodiscard]] std::vector<Turn> SelectTurns(Family family, const std::vector<Turn>& turns,
                                            size_t template_bytes);

// Cuts the middle out at whole characters and puts "…" there; at most `max_bytes` stay.
[[nodiscard]] std::string TrimMiddle(std::string_view text, size_t max_bytes);

// The whole prompt; `turns` are the conversation so far, oldest first.
[[nodiscard]] std::string BuildPrompt(Family family, const PromptTemplate& words,
                                      const std::vector<Route>& routes,
                                      const std::vector<Turn>& turns);

}  // namespace katra::router::routing::router_model
