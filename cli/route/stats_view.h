// Tables, bars and JSON that compare models by route. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output.h"
#include "cli/route/ratings.h"
#include "store/usage.h"

namespace katra::cli {

// A table for each route with a heading, or one table if `by_route` is false.
[[nodiscard]] std::string StatsTable(const std::vector<store::RouteSum>& sums,
                                     const Ratings& ratings, bool by_route, const Page& page);

// Horizontal bars of the answers, the median time and the cost of each model. `page.width` 0: 80.
[[nodiscard]] std::string StatsBars(const std::vector<store::RouteSum>& sums, bool by_route,
                                    const Page& page);

[[nodiscard]] std::string StatsJson(const std::vector<store::RouteSum>& sums,
                                    const Ratings& ratings, bool by_route, WallTime since);

}  // namespace katra::cli
