// The parts of personas.json about money and rates: budgets, rate limits of providers, and the
// answer cache of a route.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "router/config/section.h"

namespace katra::router {

// `router`: the section of that name. Both append. Budgets are read after the personas, whose
// spelling they take.
void ReadBudgets(Section router, std::vector<routing::cost::Budget>* budgets);
void ReadRateLimits(Section router, std::vector<routing::cost::RateLimit>* limits);
// `rule`: valid by the schema.
[[nodiscard]] routing::cost::CacheRule ReadCacheRule(const nlohmann::json& rule);

// The amounts of a limit as they stand in the file: "requests_per_minute", "tokens_per_day".
struct RateMember {
  std::string_view name;
  routing::cost::RateUnit unit;
  bool tokens;  // else requests
};
[[nodiscard]] const std::vector<RateMember>& RateMembers();

}  // namespace katra::router
