// The power fails at random moments: every server dies at once, and the disk keeps what was synced
// and, of the rest, what chance keeps. Whatever was acknowledged is kept. That this test can fail
// is shown with a disk that lies about its syncs.
#include <iostream>

#include "tests/fault/server_group.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/fault/power_loss.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

constexpr int kRounds = kSanitized ? 40 : 200;
constexpr uint64_t kLogBytes = uint64_t{256} << 20;

struct Outcome {
  std::vector<std::string> problems;
  int rounds = 0;
  uint64_t writes = 0;
  LedgerCheck check;
};

void Add(std::vector<std::string> more, std::vector<std::string>* problems) {
  problems->insert(problems->end(), more.begin(), more.end());
}

// Ends at the first round with a problem.
Outcome LosePower(int rounds, DroppedSyncs dropped, std::mt19937_64 random) {
  const TempHome home;
  const TempHome beside;
  const std::string log_path = beside.File("fault.log");
  const auto log = FaultLog::Create(log_path, kLogBytes);
  ServerGroupOptions options;
  options.home = home.path();
  options.marks = false;
  options.environment = {{"KATRA_FAULT_LOG", log_path},
                         {"LD_PRELOAD", KATRA_FAULT_VFS_PATH},
                         {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  Outcome outcome;
  ServerGroup group(options, random());
  try {
    for (; outcome.rounds < rounds && outcome.problems.empty(); ++outcome.rounds) {
      group.Man();
      log->control().dropped_syncs = static_cast<uint32_t>(dropped);
      group.WorkThenKill(random() % 40, options.names.size());
      const PowerLoss loss = dropped == DroppedSyncs::kNone ? RandomPowerLoss(random) : PowerLoss();
      ApplyPowerLoss(*log, home.database(), loss, random);
      const std::string copy = CopyDatabase(home.path(), beside.path());
      outcome.check = CheckDatabase(copy, group.records());
      Add(outcome.check.problems, &outcome.problems);
      Add(group.Problems(), &outcome.problems);
      const std::string broken = IntegrityProblems(copy);
      if (!broken.empty()) outcome.problems.push_back(broken);
    }
    outcome.writes = log->control().writes.load();
    if (outcome.problems.empty()) {
      group.HearAll();
      Add(group.Problems(), &outcome.problems);
      for (const ClientRecord* record : group.records()) {
        Add(CheckAllHeard(home.database(), *record), &outcome.problems);
      }
    }
  } catch (const std::runtime_error& error) {  // e.g. the database is gone, or no server starts
    outcome.problems.emplace_back(error.what());
  }
  return outcome;
}

TEST_CASE("when the power fails, nothing acknowledged is lost or comes twice") {
  const std::mt19937_64 random(AnnouncedSeed("power loss"));
  const Outcome outcome = LosePower(kRounds, DroppedSyncs::kNone, random);
  INFO("round " << outcome.rounds);
  for (const std::string& problem : outcome.problems) FAIL_CHECK(problem);
  CHECK(outcome.rounds == kRounds);
  CHECK(outcome.writes > kRounds);
  CHECK(outcome.check.messages > kRounds);
  std::cout << outcome.rounds << " power losses: " << outcome.check.messages << " messages and "
            << outcome.check.memories << " memories acknowledged and kept; "
            << outcome.check.unanswered_kept << " more were stored, their answer lost\n";
}

TEST_CASE("on a disk that lies about its syncs, the power loss test fails") {
  const auto dropped = GENERATE(DroppedSyncs::kAll, DroppedSyncs::kOfWal);
  const std::mt19937_64 random(AnnouncedSeed("power loss, syncs dropped"));
  const Outcome outcome = LosePower(20, dropped, random);
  REQUIRE_FALSE(outcome.problems.empty());
  CHECK(outcome.problems.front().find("lost ") == 0);
  std::cout << "found in round " << outcome.rounds << ": " << outcome.problems.front().substr(0, 80)
            << "\n";
}

}  // namespace
}  // namespace katra::testing
