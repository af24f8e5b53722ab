// How well and how quickly the ranker finds the best of five models whose quality, price, speed and
// reliability it does not know. tests/bench/routing/ prints the distributions.
#include <set>

#include "tests/support/cpp/catch.h"
#include "tests/unit/router/routing/learning/world.h"

using namespace katra;           // NOLINT: a test file
using namespace katra::testing;  // NOLINT
using router::Prefer;

namespace {

constexpr uint64_t kSeeds = 150;

double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// The value that `share` of them do not reach.
double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Shares {
  std::vector<double> all;        // of the best model's worth, over the first 200 requests
  std::vector<double> last;       // over the last 50 of them
  std::vector<double> recovered;  // over the 50 from the 50th after the best model broke
};

// `breaks`: how the best model becomes bad after 200 requests.
template <typename Breaks>
Shares Simulate(Prefer prefer, double says, const Breaks& breaks) {
  Shares shares;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    World world(FiveModels(seed), prefer, says, seed * 31 + 1);
    double best = world.Worth(world.Best());
    const double first = world.Run(150);
    const double last = world.Run(50);
    shares.all.push_back((3 * first + last) / 4 / best);
    shares.last.push_back(last / best);
    breaks(world.models()[world.Best()]);
    best = world.Worth(world.Best());
    world.Run(50);
    shares.recovered.push_back(world.Run(50) / best);
  }
  return shares;
}

}  // namespace

TEST_CASE("within 200 requests the ranker earns 95 % of what the best of five models would have") {
  const auto breaks = [](HiddenModel& model) { model.failures = 1; };
  for (const Prefer prefer : {Prefer::kNone, Prefer::kQuality, Prefer::kCost, Prefer::kSpeed}) {
    const Shares shares = Simulate(prefer, 1, breaks);
    CAPTURE(router::ToString(prefer), Mean(shares.all), Quantile(shares.all, 0.1),
            Mean(shares.last), Quantile(shares.last, 0.1));
    CHECK(Mean(shares.last) >= 0.95);
    CHECK(Quantile(shares.last, 0.1) >= 0.85);
    // Including everything that learning cost:
    CHECK(Mean(shares.all) >= 0.94);
    CHECK(Quantile(shares.all, 0.5) >= 0.95);
  }
}

TEST_CASE("within 50 requests after the best model broke the ranker is back") {
  for (const bool fails : {true, false}) {
    const auto breaks = [fails](HiddenModel& model) {
      if (fails) model.failures = 1;
      model.quality *= fails ? 1 : 0.1;
    };
    for (const Prefer prefer : {Prefer::kNone, Prefer::kQuality, Prefer::kCost, Prefer::kSpeed}) {
      const Shares shares = Simulate(prefer, 1, breaks);
      CAPTURE(fails, router::ToString(prefer), Mean(shares.recovered),
              Quantile(shares.recovered, 0.1), Quantile(shares.recovered, 0.5));
      CHECK(Quantile(shares.recovered, 0.5) >= 0.95);
      CHECK(Mean(shares.recovered) >= 0.93);
      CHECK(Quantile(shares.recovered, 0.1) >= 0.8);
    }
  }
}

TEST_CASE("a user who rates one answer in three is learnt from as well") {
  const auto breaks = [](HiddenModel& model) { model.failures = 1; };
  for (const Prefer prefer : {Prefer::kNone, Prefer::kQuality}) {
    const Shares shares = Simulate(prefer, 0.3, breaks);
    CAPTURE(Mean(shares.last), Quantile(shares.last, 0.5), Mean(shares.recovered));
    CHECK(Mean(shares.last) >= 0.94);
    CHECK(Quantile(shares.last, 0.5) >= 0.97);
    CHECK(Mean(shares.recovered) >= 0.88);
  }
}

TEST_CASE("the same events give the same state and the same order, also through their JSON lines") {
  World world(FiveModels(7), Prefer::kQuality, 0.5, 11);
  world.Run(300);
  router::routing::learning::Ranker replayed;
  for (const auto& event : world.journal()) {
    const auto read = router::routing::learning::ParseEvent(ToJsonLine(event));
    REQUIRE(read);
    replayed.Apply(*read);
  }
  const auto one = world.ranker().Rank("Sam", "code", world.candidates(), Prefer::kQuality);
  const auto other = replayed.Rank("Sam", "code", world.candidates(), Prefer::kQuality);
  REQUIRE(one.size() == other.size());
  for (size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].index == other[i].index);
    CHECK(one[i].score == other[i].score);
  }
}
