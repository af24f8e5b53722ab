// What routing costs over a simulated week of sessions, beside one model for everything.
#include "tests/bench/routing/week.h"
#include "tests/support/cpp/catch.h"

using namespace katra::bench;  // NOLINT: a test file

TEST_CASE("routing that counts its switches never costs more than the best fixed model") {
  const std::vector<std::vector<Model>> sets = {NearPrices(), FamilyPrices(), WidePrices(),
                                                UncachedPrices()};
  for (const std::vector<Model>& models : sets) {
    for (uint64_t seed = 0; seed < 40; ++seed) {
      const auto week = MakeWeek(seed);
      const Bill fixed = Pay(week, models, Policy::kFixed);
      const Bill routed = Pay(week, models, Policy::kSwitchCost);
      CAPTURE(models.front().name, seed, fixed.usd, routed.usd);
      CHECK(routed.usd <= fixed.usd * (1 + 1e-9));
      CHECK(routed.not_good_enough == 0);
      CHECK(routed.requests == fixed.requests);
    }
  }
}

TEST_CASE("rules that ignore caches cost more than no routing where the cheap models have none") {
  double fixed = 0;
  double naive = 0;
  double routed = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const auto week = MakeWeek(seed);
    fixed += Pay(week, UncachedPrices(), Policy::kFixed).usd;
    naive += Pay(week, UncachedPrices(), Policy::kNaive).usd;
    routed += Pay(week, UncachedPrices(), Policy::kSwitchCost).usd;
  }
  CAPTURE(fixed, naive, routed);
  CHECK(naive > 1.3 * fixed);
  CHECK(routed <= fixed * (1 + 1e-9));
}

TEST_CASE("the same seed makes the same week") {
  const auto bill = [] { return Pay(MakeWeek(3), WidePrices(), Policy::kSwitchCost); };
  CHECK(bill().usd == bill().usd);
  CHECK(bill().requests > 100);
  CHECK(bill().switches > 10);
  CHECK(Pay(MakeWeek(4), WidePrices(), Policy::kSwitchCost).usd != bill().usd);
}
