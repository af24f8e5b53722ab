// How much it counts that words are near to each other.
#include "store/search/nearness.h"

#include "tests/support/cpp/catch.h"

namespace katra::store::search {
namespace {

double Score(std::vector<Occurrence> occurrences) {
  return ScoreNearness(&occurrences, {1.0, 2.0, 3.0}, {0, 1, 1});
}

}  // namespace

TEST_CASE("nearer words score more, and the query's order more than the other") {
  const double next = Score({{4, 0}, {5, 1}});
  CHECK(next == 1.0);
  CHECK(Score({{4, 0}, {6, 1}}) < next);
  CHECK(Score({{4, 1}, {5, 0}}) < next);
  CHECK(Score({{4, 0}, {40, 1}}) == 0);
}

TEST_CASE("a word and its synonym are no pair, and a pair counts once") {
  CHECK(Score({{4, 1}, {5, 2}}) == 0);
  CHECK(Score({{4, 0}, {5, 1}, {20, 0}, {21, 1}}) == Score({{4, 0}, {5, 1}}));
  CHECK(Score({}) == 0);
}

}  // namespace katra::store::search
