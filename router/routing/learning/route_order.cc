#include "router/routing/learning/route_order.h"

#include <algorithm>

namespace katra::router::routing::learning {

bool WeighsCaches(const std::vector<RoutePreference>& routes) {
  return std::any_of(routes.begin(), routes.end(), [](const RoutePreference& route) {
    return route.prefer == Prefer::kCost && route.models.size() > 1;
  });
}

RouteOrder OrderRoute(const Ranker& ranker, std::string_view persona, const RoutePreference& route,
                      const CostOf& cost_of) {
  RouteOrder order;
  order.models = route.models;
  if (route.models.size() < 2) return order;
  std::vector<std::string> names;
  names.reserve(route.models.size());
  for (const Target& target : route.models) names.push_back(target.provider + "/" + target.model);
  std::vector<Candidate> candidates;
  candidates.reserve(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    candidates.push_back({names[i], cost_of(route.models[i]), std::nullopt});
  }
  const auto ranked = ranker.Rank(persona, route.name, candidates, route.prefer);
  order.models.clear();
  for (const Ranked& one : ranked) order.models.push_back(route.models[one.index]);
  if (ranked.front().index != 0 || !ranker.PinOf(persona, route.name).empty()) {
    order.reason = ranker.Describe(persona, route.name, candidates, route.prefer, ranked, 0);
  }
  return order;
}

}  // namespace katra::router::routing::learning
