// Reads ChatGPT's report of an exhausted plan, from the values and headers that Codex reads
// (codex-rs/codex-api: api_bridge.rs, rate_limits.rs).
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"
#include "core/http/message.h"
#include "router/gateway/subscription/plan_limits.h"

namespace katra::router::gateway {

// Reads a 429 with `usage_limit_reached`, or with headers that report an exhausted window. The plan
// rests until `resets_at` (or `resets_in_seconds`) of the error object, else until the last of
// these windows resets. If `x-codex-active-limit` names a limit of one model (`x-…-limit-name`),
// only `model` rests. nullopt: not a plan's limit, or its duration is not stated. `body` may be
// empty: unknown.
[[nodiscard]] std::optional<PlanRest> ReadChatGptRest(int status, const http::Headers& headers,
                                                      std::string_view body, std::string_view model,
                                                      WallTime now);

}  // namespace katra::router::gateway
