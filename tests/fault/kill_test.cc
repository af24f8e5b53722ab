// kill -9 at random moments of say, hear and remember: whatever was acknowledged is kept, and
// nothing acknowledged comes twice.
#include <iostream>

#include "tests/fault/server_group.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/support/cpp/stuck_writer.h"
#include "tests/support/cpp/temp_home.h"

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
  ServerGroupOptions options;
  options.home = home.path();
  ServerGroup group(options, random());
  group.Man();
  size_t claims = 0;
  for (int round = 0; round < kRounds; ++round) {
    group.WorkThenKill(random() % 40, 1 + random() % 3);
    INFO("round " << round);
    std::string copy;
    {
      const StuckWriter nobody_writes(home.path());
      copy = CopyDatabase(home.path(), beside.path());
    }
    const LedgerCheck check = CheckDatabase(copy, group.records());
    claims += check.claims;
    Report(check.problems);
    Report(group.Problems());
    const std::string broken = IntegrityProblems(copy);
    CHECK(broken.empty());
    CAPTURE(broken);
    REQUIRE((check.problems.empty() && group.Problems().empty() && broken.empty()));
    group.Man();
  }
  group.HearAll();
  Report(group.Problems());
  for (const ClientRecord* record : group.records()) {
    Report(CheckAllHeard(home.database(), *record));
  }
  const LedgerCheck check = CheckDatabase(home.database(), group.records());
  Report(check.problems);
  CHECK(check.messages > kRounds);
  CHECK(claims > kRounds);
  std::cout << kRounds << " kills: " << check.messages << " messages and " << check.memories
            << " memories acknowledged and kept; " << check.unanswered_kept
            << " more were stored, their answer lost; " << claims
            << " times a claim of a session that went on was there\n";
}

}  // namespace
}  // namespace katra::testing
