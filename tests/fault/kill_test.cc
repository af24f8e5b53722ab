// kill -9 at random moments of say, hear and remember: whatever was acknowledged is kept, and
// nothing acknowledged comes twice.
#include <iostream>

#include "tests/fault/crew.h"
#include "tests/support/catch.h"
#include "tests/support/database_probe.h"
#include "tests/support/sanitized.h"
#include "tests/support/stuck_writer.h"
#include "tests/support/temp_home.h"

namespace katra::testing {
namespace {

constexpr int kRounds = kSanitized ? 40 : 200;

void Report(const std::vector<std::string>& problems) {
  size_t shown = 0;
  for (const std::string& problem : problems) {
    FAIL_CHECK(problem);
    if (++shown == 20) break;
  }
}

TEST_CASE("killed at any moment, no server loses or repeats what was acknowledged") {
  std::mt19937_64 random(AnnouncedSeed("kill"));
  const TempHome home;
  const TempHome beside;
  CrewOptions options;
  options.home = home.path();
  Crew crew(options, random());
  crew.Man();
  for (int round = 0; round < kRounds; ++round) {
    crew.WorkThenKill(random() % 40, 1 + random() % 3);
    INFO("round " << round);
    std::string copy;
    {
      const StuckWriter nobody_writes(home.path());
      copy = CopyDatabase(home.path(), beside.path());
    }
    const LedgerCheck check = CheckDatabase(copy, crew.records());
    Report(check.problems);
    Report(crew.Problems());
    const std::string broken = IntegrityProblems(copy);
    CHECK(broken.empty());
    CAPTURE(broken);
    REQUIRE((check.problems.empty() && crew.Problems().empty() && broken.empty()));
    crew.Man();
  }
  crew.HearAll();
  Report(crew.Problems());
  for (const ClientRecord* record : crew.records()) {
    Report(CheckAllHeard(home.database(), *record));
  }
  const LedgerCheck check = CheckDatabase(home.database(), crew.records());
  Report(check.problems);
  CHECK(check.messages > kRounds);
  std::cout << kRounds << " kills: " << check.messages << " messages and " << check.memories
            << " memories acknowledged and kept; " << check.unanswered_kept
            << " more were stored, their answer lost\n";
}

}  // namespace
}  // namespace katra::testing
