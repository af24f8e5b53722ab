// The measures by which models are compared in bars, in the terminal or as a picture. Pure
// functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/usage.h"

namespace katra::cli {

struct Measure {
  const char* title;
  std::function<std::optional<double>(const store::RouteSum&)> value;  // nullopt: unknown
  std::function<std::string(const store::RouteSum&)> note;
};
[[nodiscard]] std::vector<Measure> StatsMeasures();

// "openai/gpt-5"; "(nobody)" if no model was asked.
[[nodiscard]] std::string StatsModel(const store::RouteSum& one);
// "review"; "(no route)".
[[nodiscard]] std::string StatsRoute(const store::RouteSum& one);
// "review · openai/gpt-5", or the model alone.
[[nodiscard]] std::string StatsLabel(const store::RouteSum& one, bool by_route);
// "$0.2500"; with "+" if some prices are unknown; "$?" if all are.
[[nodiscard]] std::string StatsCost(const store::UsageSum& sum);
[[nodiscard]] bool CostIsUnknown(const store::UsageSum& sum);

}  // namespace katra::cli
