// Matches requests to routes without a language model or a network: by the task sense of the
// request and of the routes' own words, and by the words that they share. See
// docs/routing-matcher.md.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/routing/matching/blend.h"
#include "router/routing/matching/coverage.h"
#include "router/routing/matching/example_head.h"
#include "router/routing/matching/route_text.h"
#include "router/routing/matching/terms.h"
#include "router/routing/matching/word_index.h"
#include "router/routing/task_sense/sense.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing {

// A value: to teach a matcher that threads are using, copy it, teach the copy, and replace the
// original. Any number of threads may call Match at once; the same turn always has the same result.
class LocalMatcher {
 public:
  // Uses the weights that are embedded in the program.
  static Result<LocalMatcher> Make(const std::vector<RouteText>& routes);
  // `weights` is a view of bytes that must outlive the matcher.
  LocalMatcher(task_sense::Weights weights, const std::vector<RouteText>& routes,
               const Blend& blend = {});

  [[nodiscard]] RouteMatch Match(const UserTurn& turn) const;

  // Fits all examples again, which takes milliseconds for some hundred of them.
  void AddExamples(const std::vector<RouteExample>& examples);

  [[nodiscard]] size_t routes() const { return routes_; }

 private:
  // A text as the matcher sees it.
  struct Reading {
    task_sense::Sense sense;
    std::vector<Term> terms;
    std::vector<double> description;  // similarity to the routes' own words
  };
  [[nodiscard]] Reading Read(std::string_view text) const;
  void Teach(std::optional<size_t> route, std::string_view text);
  // A request that was itself taught, word for word, belongs where it was taught most often,
  // however little a single example weighs for others. `own`: the sense of the turn without the one
  // before.
  void FollowTaught(const UserTurn& turn, const task_sense::Sense& own,
                    std::vector<double>* scores) const;
  [[nodiscard]] double Ridge() const;
  // The result of the descriptions alone: unnormalised log probabilities, by place.
  [[nodiscard]] std::vector<double> Prior(const task_sense::Sense& sense,
                                          const std::vector<double>& description) const;

  task_sense::Weights weights_;
  size_t routes_;
  Blend blend_;
  Coverage coverage_;
  WordIndex words_;
  ExampleHead head_;
  std::map<std::string, std::vector<int>> taught_;  // texts in lower case, how often at each place
};

}  // namespace katra::router::routing
