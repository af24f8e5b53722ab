// How often answers were rated good or bad, by route and model, from the events that routing has
// learnt from. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "router/routing/learning/event.h"

namespace katra::cli {

struct Rated {
  int64_t good = 0;
  int64_t bad = 0;
};

class Ratings {
 public:
  // An empty `route`: the ratings of a model on all routes.
  [[nodiscard]] Rated Of(const std::string& route, const std::string& model) const;
  void Add(const std::string& route, const std::string& model, bool good);

 private:
  std::map<std::pair<std::string, std::string>, Rated> rated_;  // route and model in lower case
};

// The explicit ratings at or after `since`, of `persona` (empty: of all), that were not reset
// afterwards. `events`: in the order of the journal. Without `by_route`, all are counted under an
// empty route.
[[nodiscard]] Ratings CountRatings(const std::vector<router::routing::learning::Event>& events,
                                   bool by_route, const std::string& persona, WallTime since);

}  // namespace katra::cli
