// What a recorded request would have cost at another model.
#include "router/routing/replay/estimate.h"

#include "tests/support/cpp/catch.h"

namespace katra::router::routing::replay {
namespace {

const cost::TokenPrices kOpus = {5, 25, 0.5, 6.25};

TEST_CASE("costs reach from the caches that were there to none at all") {
  // 100,000 tokens, of which 60,000 were cached at the real model; 1000 came out: $0.025.
  const auto range = EstimateUsdMicros(kOpus, {100'000, 60'000, 1000}, 20'000);
  REQUIRE(range);
  CHECK(range->low == Approx(60'000 * 0.5 + 40'000 * 5 + 25'000));
  CHECK(range->expected == Approx(20'000 * 0.5 + 80'000 * 6.25 + 25'000));
  CHECK(range->high == Approx(100'000 * 6.25 + 25'000));
}

TEST_CASE("a cache holds at most the prompt") {
  const auto range = EstimateUsdMicros(kOpus, {1000, 0, 0}, 50'000);
  REQUIRE(range);
  CHECK(range->expected == Approx(500));
  CHECK(range->low == Approx(500));
}

TEST_CASE("without prices of their own cached tokens cost what others do") {
  const auto range = EstimateUsdMicros({2, 4, {}, {}}, {1000, 500, 10}, 500);
  REQUIRE(range);
  CHECK(range->low == Approx(2040));
  CHECK(range->expected == Approx(2040));
  CHECK(range->high == Approx(2040));
}

TEST_CASE("bounds are in order, whatever a price list says") {
  const auto range = EstimateUsdMicros({1, 1, 9, 0.5}, {1000, 1000, 0}, 0);
  REQUIRE(range);
  CHECK(range->low <= range->expected);
  CHECK(range->expected <= range->high);
}

TEST_CASE("a model that has seen less of a conversation writes what it would have read") {
  const auto range = ColderUsdMicros(kOpus, 85'000, 60'000, 20'000);
  REQUIRE(range);
  CHECK(range->low == Approx(85'000));
  CHECK(range->expected == Approx(85'000 + 40'000 * 5.75));
  CHECK(range->high == Approx(85'000 + 60'000 * 5.75));
  CHECK(ColderUsdMicros({}, 85'000, 0, 0)->high == Approx(85'000));  // nothing was cached
  CHECK_FALSE(ColderUsdMicros({}, 85'000, 1, 0));
}

TEST_CASE("an unknown price has no estimate") {
  CHECK_FALSE(EstimateUsdMicros({}, {1000, 0, 0}, 0));
  CHECK_FALSE(EstimateUsdMicros({5, {}, {}, {}}, {1000, 0, 0}, 0));
}

}  // namespace
}  // namespace katra::router::routing::replay
