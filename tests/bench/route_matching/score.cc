#include "tests/bench/route_matching/score.h"

#include <algorithm>
#include <cmath>

namespace katra::testing {
namespace {

void Count(Share* share, bool right) {
  share->right += right ? 1U : 0U;
  ++share->all;
}

}  // namespace

Score Judge(const TestSet& set, const Matcher& matcher) {
  constexpr size_t kBins = 10;
  Score score;
  const size_t other = set.routes.size();
  score.confusion.assign(other + 1, std::vector<size_t>(other + 1));
  std::array<double, kBins> surplus{};  // said to be right, less those that are
  for (const LabelledRequest& request : set.requests) {
    const auto match = matcher({request.text, request.previous});
    const bool right = match.route == request.route;
    Count(&score.all, right);
    Count(&score.by_language[request.language], right);
    Count(&score.by_kind[request.kind], right);
    if (!match.route) Count(&score.other_precision, right);
    if (!request.route) Count(&score.other_recall, right);
    const auto bin = std::min(kBins - 1, static_cast<size_t>(match.score * kBins));
    surplus[bin] += match.score - (right ? 1 : 0);
    ++score.confusion[request.route.value_or(other)][match.route.value_or(other)];
  }
  for (const double bin : surplus) score.calibration_error += std::fabs(bin);
  score.calibration_error /= static_cast<double>(std::max<size_t>(score.all.all, 1));
  return score;
}

}  // namespace katra::testing
