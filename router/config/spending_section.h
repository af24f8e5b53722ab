// The parts of personas.json about money and rates: budgets, rate limits of providers, and the
// response cache of a route.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "router/config/section.h"

namespace katra::router {

// `router`: the section of that name. Both append. Read budgets after the personas, because they
// take over their spelling.
void ReadBudgets(Section router, std::vector<routing::cost::Budget>* budgets);
void ReadRateLimits(Section router, std::vector<routing::cost::RateLimit>* limits);
// `rule`: valid by the schema.
[[nodiscard]] routing::cost::CacheRule ReadCacheRule(const nlohmann::json& rule);

// The members of a rate limit in the file: "requests_per_minute", "tokens_per_day".
struct RateMember {
  std::string_view name;
  routing::cost::RateUnit unit;
  bool tokens;  // otherwise requests
};
[[nodiscard]] const std::vector<RateMember>& RateMembers();

}  // namespace katra::router
