#include "store/search/nearness.h"

#include <algorithm>
#include <map>
#include <utility>

namespace katra::store::search {
namespace {

constexpr int32_t kFarthest = 8;        // words apart
constexpr double kReversedShare = 0.6;  // of a pair in the other order than in the query

}  // namespace

double ScoreNearness(std::vector<Occurrence>* occurrences, const std::vector<double>& weights,
                     const std::vector<int>& places) {
  std::sort(occurrences->begin(), occurrences->end(), [](const Occurrence& a, const Occurrence& b) {
    return a.position != b.position ? a.position < b.position : a.term < b.term;
  });
  std::map<std::pair<int, int>, double> best;
  for (size_t i = 0; i + 1 < occurrences->size(); ++i) {
    const Occurrence& here = (*occurrences)[i];
    const Occurrence& next = (*occurrences)[i + 1];
    const int place = places[static_cast<size_t>(here.term)];
    const int next_place = places[static_cast<size_t>(next.term)];
    const int32_t distance = std::max(next.position - here.position, 1);
    if (place == next_place || distance > kFarthest) continue;
    const double lighter =
        std::min(weights[static_cast<size_t>(here.term)], weights[static_cast<size_t>(next.term)]);
    const double share = place < next_place ? 1.0 : kReversedShare;
    double& score = best[std::minmax(place, next_place)];
    score = std::max(score, share * lighter / distance);
  }
  double sum = 0;
  for (const auto& [pair, score] : best) sum += score;
  return sum;
}

}  // namespace katra::store::search
