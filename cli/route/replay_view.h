// The report of `katra route replay`, for people and as JSON. Pure functions.
#pragma once

#include <string>

#include "cli/output.h"
#include "core/clock.h"
#include "router/routing/replay/replay.h"

namespace katra::cli {

// What the report covers.
struct ReplayScope {
  std::string config;  // the file; empty: the current configuration
  WallTime since{};
  WallTime now{};
};

[[nodiscard]] std::string ReplayText(const router::routing::replay::Report& report,
                                     const ReplayScope& scope, const Page& page);
[[nodiscard]] std::string ReplayJson(const router::routing::replay::Report& report,
                                     const ReplayScope& scope);

}  // namespace katra::cli
