// What ChatGPT says of a plan that is used up. Its words and headers are those that Codex reads
// (codex-rs/codex-api: api_bridge.rs, rate_limits.rs).
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/http/message.h"
#include "router/gateway/subscription/plan_limits.h"

namespace katra::router::gateway {

// A 429 that says `usage_limit_reached`, or whose headers name a window of the limit as used up:
// until `resets_at` (or `resets_in_seconds`) of its error object, else until the last of these
// windows begins again. A limit that `x-codex-active-limit` names, and that is of one model
// (`x-…-limit-name`), is for `model` alone. Nothing: no limit of a plan, or one of which it is not
// said how long it lasts. `body` may be empty: not known.
[[nodiscard]] std::optional<PlanRest> ReadChatGptRest(int status, const http::Headers& headers,
                                                      std::string_view body, std::string_view model,
                                                      WallTime now);

}  // namespace katra::router::gateway
