// Until when the sessions' subscriptions rest, as reported by the running gateway.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/json_write.h"

namespace katra::cli {

struct PlanLimit {
  std::string persona;
  std::string provider;
  std::string models;  // substring of the names of the affected models; empty: all
  WallTime until;
};

// The limits of `persona` (case-insensitive), or of all if it is empty; longest last. None if no
// gateway runs or it does not answer.
[[nodiscard]] std::vector<PlanLimit> PlanLimits(const Context& context,
                                                std::string_view persona = {});

// "plan limit until 15:00", "plan limit for opus until 2026-11-30 09:00".
[[nodiscard]] std::string DescribePlanLimit(const PlanLimit& limit, WallTime now);

// An array of objects: persona, provider, models, until.
void WritePlanLimits(const std::vector<PlanLimit>& limits, JsonWriter& writer);

}  // namespace katra::cli
