// Matches requests to routes without a model and without a network: by what the task sense makes of
// the request and of the routes' own words, and by the words that they share. See
// docs/routing-matcher.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/routing/matching/blend.h"
#include "router/routing/matching/coverage.h"
#include "router/routing/matching/route_text.h"
#include "router/routing/matching/word_index.h"
#include "router/routing/task_sense/sense.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing {

// A value: to teach one that threads are using, copy it, teach the copy, and put that in its place.
// Match may be called by any number of threads at once; the same turn has the same answer always.
class LocalMatcher {
 public:
  // With the weights that the program was built with.
  static Result<LocalMatcher> Make(const std::vector<RouteText>& routes);
  // `weights` look at bytes that must outlive the matcher.
  LocalMatcher(task_sense::Weights weights, const std::vector<RouteText>& routes,
               const Blend& blend = {});

  [[nodiscard]] RouteMatch Match(const UserTurn& turn) const;

  // A request that belongs to `route` (by its place); none: to no route.
  void AddExample(std::optional<size_t> route, std::string_view text);

  [[nodiscard]] size_t routes() const { return routes_; }

 private:
  [[nodiscard]] std::vector<double> Likelihoods(const task_sense::Sense& sense,
                                                const WordScores& words) const;

  task_sense::Weights weights_;
  size_t routes_;
  Blend blend_;
  Coverage coverage_;
  WordIndex words_;
};

}  // namespace katra::router::routing
