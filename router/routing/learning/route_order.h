// Orders the models of a route by what was learnt, as the route's `prefer` says. Used by the
// gateway, and by commands that show what the gateway would do.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "router/routing/learning/ranker.h"

namespace katra::router::routing::learning {

struct RouteOrder {
  std::vector<Target> models;  // all of the route's, best first
  std::string reason;          // why the first is first; empty: the user's order
};

// The cost of the request on a model, in millionths of a US dollar; nullopt: unknown.
using CostOf = std::function<std::optional<double>(const Target& model)>;

[[nodiscard]] RouteOrder OrderRoute(const Ranker& ranker, std::string_view persona,
                                    const RoutePreference& route, const CostOf& cost_of);

// Whether the order of models on some of these routes depends on a session's prompt caches.
[[nodiscard]] bool WeighsCaches(const std::vector<RoutePreference>& routes);

// The assumed size of a request of unknown size.
inline constexpr int64_t kUsualInputTokens = 20'000;
inline constexpr int64_t kUsualOutputTokens = 1000;

}  // namespace katra::router::routing::learning
