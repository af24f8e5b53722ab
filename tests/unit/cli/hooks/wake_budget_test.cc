// How often two agents may wake each other within an hour.
#include "cli/hooks/wake_budget.h"

#include "core/files.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::cli::testing {
namespace {

using katra::testing::TempHome;
using Use = WakeBudget::Use;

constexpr WallTime kNoon{std::chrono::hours(24 * 20'000 + 12)};

Use Take(const TempHome& home, const char* one, const char* other, WallTime now) {
  const auto budget = WakeBudget::Open(home.path(), 3);
  REQUIRE(budget);
  const auto use = budget->Take(one, other, now);
  REQUIRE(use);
  return *use;
}

TEST_CASE("a pair's wakes count in both directions, and their end is told once") {
  const TempHome home;
  CHECK(Take(home, "Sam", "Dario", kNoon) == Use::kTaken);
  CHECK(Take(home, "dario", "Sam", kNoon) == Use::kTaken);
  CHECK(Take(home, "Sam", "DARIO", kNoon) == Use::kTaken);
  CHECK(Take(home, "Dario", "Sam", kNoon) == Use::kUsedUpNow);
  CHECK(Take(home, "Sam", "Dario", kNoon) == Use::kUsedUp);
  CHECK(Take(home, "Sam", "Charlie", kNoon) == Use::kTaken);
}

TEST_CASE("a wake is forgotten after an hour") {
  const TempHome home;
  for (int i = 0; i < 3; ++i) {
    CHECK(Take(home, "Sam", "Dario", kNoon + std::chrono::minutes(i)) == Use::kTaken);
  }
  CHECK(Take(home, "Sam", "Dario", kNoon + std::chrono::minutes(59)) == Use::kUsedUpNow);
  CHECK(Take(home, "Sam", "Dario", kNoon + std::chrono::minutes(60)) == Use::kTaken);
  CHECK(Take(home, "Sam", "Dario", kNoon + std::chrono::minutes(60)) == Use::kUsedUp);
}

TEST_CASE("a damaged file is a fresh budget") {
  const TempHome home;
  for (int i = 0; i < 4; ++i) Take(home, "Sam", "Dario", kNoon);
  REQUIRE(WriteFileAtomically(home.path() + "/run/wakes", "wake\nnonsense 1 2\n\n"));
  CHECK(Take(home, "Sam", "Dario", kNoon) == Use::kTaken);
}

}  // namespace
}  // namespace katra::cli::testing
