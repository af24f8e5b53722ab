// Until when the subscriptions of sessions rest, as the running gateway knows it.
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
  std::string models;  // what it is for: a part of the names of models; empty: all
  WallTime until;
};

// None when no gateway runs, or it does not answer. Of `persona`, without regard to case; empty: of
// all. The one that lasts longest last.
[[nodiscard]] std::vector<PlanLimit> PlanLimits(const Context& context,
                                                std::string_view persona = {});

// "plan limit until 15:00", "plan limit for opus until 2026-11-30 09:00".
[[nodiscard]] std::string DescribePlanLimit(const PlanLimit& limit, WallTime now);

// An array of objects: persona, provider, models, until.
void WritePlanLimits(const std::vector<PlanLimit>& limits, JsonWriter& writer);

}  // namespace katra::cli
