#include "store/search/plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace katra::store::search {

Plan MakePlan(const std::vector<int64_t>& documents, int64_t rows, const WorkLimits& limits) {
  Plan plan;
  if (documents.empty()) return plan;
  std::vector<size_t> by_rarity(documents.size());
  std::iota(by_rarity.begin(), by_rarity.end(), size_t{0});
  std::stable_sort(by_rarity.begin(), by_rarity.end(),
                   [&](size_t a, size_t b) { return documents[a] < documents[b]; });

  int64_t brought = 0;
  size_t rare = 0;
  while (rare < by_rarity.size() && brought + documents[by_rarity[rare]] <= limits.ranked_rows) {
    brought += documents[by_rarity[rare++]];
  }
  const auto first_common = by_rarity.begin() + static_cast<std::ptrdiff_t>(rare);
  const std::vector<size_t> drivers(by_rarity.begin(), first_common);
  const std::vector<size_t> common(first_common, by_rarity.end());
  plan.complete = common.empty();

  if (!drivers.empty()) plan.passes.push_back({.wanted = drivers, .also = {}});
  if (common.empty() || brought >= limits.few_rows) return plan;

  if (common.size() > 1) {
    // Rows with the rarest and any other of the common terms; both lists are read.
    const int64_t rarest = std::max<int64_t>(documents[common[0]], 1);
    Pass both{.wanted = {common[0]}, .also = {common.begin() + 1, common.end()}};
    both.newest = true;
    both.limit = drivers.empty() ? limits.ranked_rows / 2 : limits.top_up_rows;
    if (rarest > limits.compared_rows) {
      both.window = static_cast<int64_t>(static_cast<double>(rows) *
                                         static_cast<double>(limits.compared_rows) /
                                         static_cast<double>(rarest)) +
                    1;
    }
    plan.passes.push_back(std::move(both));
  }
  Pass newest{.wanted = common, .also = {}};
  newest.newest = true;
  newest.limit = drivers.empty() ? limits.ranked_rows / 2 : limits.top_up_rows;
  plan.passes.push_back(std::move(newest));
  return plan;
}

double InverseFrequency(int64_t documents, int64_t rows) {
  const auto with = static_cast<double>(std::min(documents, rows));
  const auto all = static_cast<double>(rows);
  return std::log(1.0 + (all - with + 0.5) / (with + 0.5));
}

}  // namespace katra::store::search
