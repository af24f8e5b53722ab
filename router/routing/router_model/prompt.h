// The prompt for a router model: the routes, and as much of the end of the conversation as the
// budget allows. Pure. The same routes in the same order give the same bytes, so a server's prompt
// cache can hold the beginning of the prompt.
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

// One message of a conversation, text only.
struct Turn {
  std::string role;  // "user" or "assistant"; others are skipped
  std::string text;  // empty: skipped
};

// The maximum size of template and conversation together, in tokens (bytes / 4).
[[nodiscard]] size_t BudgetTokens(Family family);

// The last of `turns` that fit into the budget together with `template_bytes`, oldest first.
[[nodiscard]] std::vector<Turn> SelectTurns(Family family, const std::vector<Turn>& turns,
                                            size_t template_bytes);

// Replaces the middle of the text by "…", at character boundaries, so that at most `max_bytes`
// remain.
[[nodiscard]] std::string TrimMiddle(std::string_view text, size_t max_bytes);

// The complete prompt; `turns` is the conversation so far, oldest first.
[[nodiscard]] std::string BuildPrompt(Family family, const PromptTemplate& words,
                                      const std::vector<Route>& routes,
                                      const std::vector<Turn>& turns);

}  // namespace katra::router::routing::router_model
