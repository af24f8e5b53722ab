// Prints what routing achieves in simulations: the bill of a week of sessions under different ways
// to choose models, and how quickly the ranker finds the best of five models. Deterministic.
#include <algorithm>
#include <cstdio>

#include "tests/bench/routing/week.h"
#include "tests/unit/router/routing/learning/world.h"

namespace {

using katra::bench::Bill;
using katra::bench::Policy;

constexpr uint64_t kWeeks = 50;
constexpr uint64_t kWorlds = 1000;

void PrintBills(const char* name, const std::vector<katra::bench::Model>& models) {
  std::printf("\n%s\n%-28s %10s %12s %14s\n", name, "", "$ a week", "of the best", "switches/turn");
  std::printf("%-28s %10s %12s\n", "", "mean", "worst week");
  for (const Policy policy : {Policy::kFixed, Policy::kPerRequest, Policy::kNaive, Policy::kCeiling,
                              Policy::kSwitchCost}) {
    Bill sum;
    double worst = 0;
    for (uint64_t seed = 0; seed < kWeeks; ++seed) {
      const auto week = katra::bench::MakeWeek(seed);
      const Bill bill = Pay(week, models, policy);
      sum.usd += bill.usd;
      sum.turns += bill.turns;
      sum.switches += bill.switches;
      worst = std::max(worst, bill.usd / Pay(week, models, Policy::kFixed).usd);
    }
    std::printf("%-28s %10.2f %11.0f%% %14.2f\n", ToString(policy), sum.usd / kWeeks, 100 * worst,
                static_cast<double>(sum.switches) / static_cast<double>(sum.turns));
  }
}

void PrintQuantiles(const char* name, std::vector<double> shares) {
  std::sort(shares.begin(), shares.end());
  double sum = 0;
  for (const double share : shares) sum += share;
  const auto at = [&](double quantile) {
    return 100 * shares[static_cast<size_t>(quantile * static_cast<double>(shares.size() - 1))];
  };
  std::printf("  %-44s mean %5.1f%%  p5 %5.1f%%  p10 %5.1f%%  p50 %5.1f%%\n", name,
              100 * sum / static_cast<double>(shares.size()), at(0.05), at(0.1), at(0.5));
}

void PrintLearning(katra::router::Prefer prefer, const char* name, double says) {
  std::vector<double> all;
  std::vector<double> last;
  std::vector<double> back;
  for (uint64_t seed = 0; seed < kWorlds; ++seed) {
    katra::testing::World world(katra::testing::FiveModels(seed), prefer, says, seed * 31 + 1);
    double best = world.Worth(world.Best());
    const double first = world.Run(150);
    const double after = world.Run(50);
    all.push_back((3 * first + after) / 4 / best);
    last.push_back(after / best);
    katra::testing::HiddenModel& model = world.models()[world.Best()];
    if (seed % 2 == 0) {
      model.failures = 1;
    } else {
      model.quality *= 0.1;
    }
    best = world.Worth(world.Best());
    (void)world.Run(50);
    back.push_back(world.Run(50) / best);
  }
  std::printf("\nprefer %s, %.0f %% of answers are rated: share of the best fixed choice\n", name,
              100 * says);
  PrintQuantiles("first 200 requests, cost of learning included", all);
  PrintQuantiles("requests 151 to 200", last);
  PrintQuantiles("50 to 100 requests after the best one broke", back);
}

}  // namespace

int main() {
  std::printf("%d weeks; the best fixed model is the cheapest that is good enough for every turn\n",
              static_cast<int>(kWeeks));
  PrintBills("models of near prices (factor 1.7)", katra::bench::NearPrices());
  PrintBills("a family of three (factor 5)", katra::bench::FamilyPrices());
  PrintBills("five models of three providers (factor 60)", katra::bench::WidePrices());
  PrintBills("the cheaper ones have no prompt cache", katra::bench::UncachedPrices());
  for (const double says : {1.0, 0.3}) {
    PrintLearning(katra::router::Prefer::kNone, "none", says);
    PrintLearning(katra::router::Prefer::kQuality, "quality", says);
    PrintLearning(katra::router::Prefer::kCost, "cost", says);
    PrintLearning(katra::router::Prefer::kSpeed, "speed", says);
  }
  return 0;
}
