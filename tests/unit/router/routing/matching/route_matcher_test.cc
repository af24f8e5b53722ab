// How right the local matcher is on labelled requests that nothing was fitted to. The floors are a
// little below what it reaches: a change that costs more than that is to be noticed.
// katra_route_eval prints all.
#include "router/routing/matching/local_matcher.h"
#include "tests/bench/route_matching/baselines.h"
#include "tests/bench/route_matching/score.h"
#include "tests/support/cpp/catch.h"

using namespace katra::testing;          // NOLINT: a test file
using namespace katra::router::routing;  // NOLINT

namespace {

TestSet Coding() { return ReadTestSet(std::string(KATRA_TEST_DATA) + "/coding.json"); }

Score ScoreWith(const TestSet& set, const std::vector<RouteText>& routes) {
  const auto matcher = LocalMatcher::Make(routes);
  REQUIRE(matcher);
  return Judge(set, [&matcher](const UserTurn& turn) { return matcher->Match(turn); });
}

}  // namespace

TEST_CASE("descriptions alone tell kinds of coding work apart", "[routes]") {
  const TestSet set = Coding();
  REQUIRE(set.requests.size() >= 500);
  REQUIRE(set.routes.size() == 8);
  const Score score = ScoreWith(set, set.Described());
  CHECK(score.all.value() >= 0.73);
  CHECK(score.calibration_error <= 0.08);
  CHECK(score.other_precision.value() >= 0.6);
  CHECK(score.other_recall.value() >= 0.65);
  CHECK(score.by_language.size() >= 8);
  // Three times as often as without prior knowledge.
  CHECK(score.all.right > 3 * Judge(set, Bm25(set.Described())).all.right);
  CHECK(score.all.right > 3 * Judge(set, NGrams(set.Described())).all.right);
}

TEST_CASE("examples make it no worse, and better than words alone", "[routes]") {
  const TestSet set = Coding();
  const Score score = ScoreWith(set, set.routes);
  CHECK(score.all.value() >= 0.73);
  CHECK(score.calibration_error <= 0.08);
  CHECK(score.all.right > Judge(set, NGrams(set.routes)).all.right);
}

TEST_CASE("with examples other domains are told apart as by n-grams at least", "[routes]") {
  for (const char* name : {"/banking.json", "/travel.json"}) {
    CAPTURE(name);
    const TestSet set = ReadTestSet(std::string(KATRA_TEST_DATA) + name);
    const Score score = ScoreWith(set, set.routes);
    CHECK(score.all.right + 5 >= Judge(set, NGrams(set.routes)).all.right);
  }
}
