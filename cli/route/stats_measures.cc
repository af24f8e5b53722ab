#include "cli/route/stats_measures.h"

#include "cli/route/decision_view.h"
#include "core/text.h"

namespace katra::cli {

using store::RouteSum;

std::string StatsModel(const RouteSum& one) {
  return one.sum.key == "/" ? "(nobody)" : OneLine(one.sum.key, 200);
}

std::string StatsRoute(const RouteSum& one) {
  return one.route.empty() ? "(no route)" : OneLine(one.route, 200);
}

std::string StatsLabel(const RouteSum& one, bool by_route) {
  return by_route ? StatsRoute(one) + " · " + StatsModel(one) : StatsModel(one);
}

bool CostIsUnknown(const store::UsageSum& sum) {
  return sum.unpriced > 0 && sum.cost_usd_micros == 0;
}

std::string StatsCost(const store::UsageSum& sum) {
  if (CostIsUnknown(sum)) return "$?";
  return DollarText(sum.cost_usd_micros) + (sum.unpriced > 0 ? "+" : "");
}

std::vector<Measure> StatsMeasures() {
  return {
      {"Answers",
       [](const RouteSum& one) { return static_cast<double>(one.sum.requests - one.sum.errors); },
       [](const RouteSum& one) {
         return std::to_string(one.sum.requests - one.sum.errors) +
                (one.sum.errors > 0 ? ", " + std::to_string(one.sum.errors) + " failed" : "");
       }},
      {"Time of an answer: half of them took at most",
       [](const RouteSum& one) -> std::optional<double> {
         if (!one.duration.p50_ms) return std::nullopt;
         return static_cast<double>(*one.duration.p50_ms);
       },
       [](const RouteSum& one) {
         return MillisText(one.duration.p50_ms) + " (p95 " + MillisText(one.duration.p95_ms) + ")";
       }},
      {"Cost",
       [](const RouteSum& one) -> std::optional<double> {
         if (CostIsUnknown(one.sum)) return std::nullopt;
         return static_cast<double>(one.sum.cost_usd_micros);
       },
       [](const RouteSum& one) { return StatsCost(one.sum); }}};
}

}  // namespace katra::cli
