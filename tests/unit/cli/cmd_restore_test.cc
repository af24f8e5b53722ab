// What `katra restore` brings back, and what it leaves alone. The start itself is driven with real
// processes in tests/e2e/cli.
#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("only what was interrupted is restored") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Runs", child.identity()));
  room.Save(room.NewRecord("Ended", EndedProcess()));
  room.SaveInterrupted("Cut");
  SessionRecord stopped = room.NewRecord("Stopped", {12, 34, "old-boot/4026"});
  stopped.ended_at = room.user.clock.Now();
  room.Save(stopped);
  const Outcome outcome = room.user.Run({"restore", "--dry-run"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "Cut: claude in " + room.user.Path("work") + "\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("the names of personas choose among what was interrupted") {
  SessionRoom room;
  room.SaveInterrupted("Ada");
  room.SaveInterrupted("Kim");
  CHECK(room.user.Run({"restore", "kim", "--dry-run"}).out ==
        "Kim: claude in " + room.user.Path("work") + "\n");
  const Outcome other = room.user.Run({"restore", "Zoe", "--dry-run"});
  CHECK(other.code == 0);
  CHECK(other.out ==
        "Nothing to restore: no session of Zoe was interrupted by a restart of the machine.\n");
}

TEST_CASE("with nothing interrupted restore says so") {
  SessionRoom room;
  CHECK(room.user.Run({"restore"}).out ==
        "Nothing to restore: no session was interrupted by a restart of the machine.\n");
}

TEST_CASE("what may run on another machine is not started a second time") {
  SessionRoom room;
  room.SaveElsewhere("Far");
  const Outcome outcome = room.user.Run({"restore"});
  CHECK(outcome.code == 0);
  CHECK(Contains(outcome.out, "Nothing to restore"));
  CHECK(Contains(outcome.err, "Far runs on host build-1 (process-id namespace 4026)"));
  CHECK(Contains(outcome.err, "katra start --persona Far --resume -b"));
  CHECK_FALSE(room.Find("Far").ended_at);
}

TEST_CASE("a record that cannot be read is told, and the others are restored") {
  SessionRoom room;
  room.SaveInterrupted("Kim");
  room.user.Write("katra/run/sessions/ada.json", "{");
  const Outcome outcome = room.user.Run({"restore", "--dry-run"});
  CHECK(Contains(outcome.out, "Kim: claude"));
  CHECK(Contains(outcome.err, "ada.json cannot be read"));
}

TEST_CASE("one that cannot be started is told with its name, and its record stays as it was") {
  SessionRoom room;
  room.user.environment["PATH"] = room.user.Path("bin");
  room.SaveInterrupted("Kim");
  const std::string before = room.user.Read("katra/run/sessions/kim.json");
  const Outcome outcome = room.user.Run({"restore"});
  CHECK(outcome.code == 6);
  CHECK(Contains(outcome.err, "katra: Kim: Claude Code is not installed"));
  CHECK(room.user.Read("katra/run/sessions/kim.json") == before);
}

TEST_CASE("without a known conversation a session is not restored into somebody else's") {
  SessionRoom room;
  for (const char* name : {"claude", "tmux", "katra", "katra_mcp_server"}) {
    room.user.Install(name, "exit 0");
  }
  room.SaveInterrupted("Kim");
  const Outcome outcome = room.user.Run({"restore"});
  CHECK(outcome.code == 3);
  CHECK(Contains(outcome.err, "it is not known which conversation of Claude Code is Kim's"));
}

}  // namespace
}  // namespace katra::cli::testing
