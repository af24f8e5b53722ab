// How right the answers of a matcher are.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "router/routing/matching/route_text.h"
#include "tests/bench/route_matching/test_set.h"

namespace katra::testing {

using Matcher = std::function<router::routing::RouteMatch(const router::routing::UserTurn&)>;

struct Share {
  size_t right = 0;
  size_t all = 0;
  [[nodiscard]] double value() const {
    return all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all);
  }
};

struct Score {
  Share all;
  Share other_precision;         // right of those that were said to be other
  Share other_recall;            // right of those that are
  double calibration_error = 0;  // of ten bins
  std::map<std::string, Share> by_language;
  std::map<std::string, Share> by_kind;
  std::vector<std::vector<size_t>> confusion;  // [wanted][answered]; the last is other
};

Score Judge(const TestSet& set, const Matcher& matcher);

}  // namespace katra::testing
