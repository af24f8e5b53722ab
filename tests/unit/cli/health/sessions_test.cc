// katra doctor on the home and on the sessions that run.
#include "tests/unit/cli/health/findings.h"
#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

Findings Sessions(SessionRoom& room) {
  Context context = room.user.Make();
  return CheckSessions(context);
}

Findings Home(TestUser& user) {
  Context context = user.Make();
  return CheckHome(context);
}

TEST_CASE("sessions that get on are counted, and none is nothing to say") {
  SessionRoom room;
  CHECK(Sessions(room).empty());
  const Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  room.Enter("Kim", CurrentProcess());
  CHECK(FindingOf(Sessions(room), "sessions").text == "2 run");
}

TEST_CASE("a session that is cut off or out of sight is told by its name") {
  SessionRoom room;
  const Child child;
  SessionRecord record = room.NewRecord("Sam", child.identity());
  record.router = "gateway";
  record.base_url = "http://127.0.0.1:12000";
  room.Save(record);
  room.SaveElsewhere("Far");
  const Findings findings = Sessions(room);
  CHECK(FindingOf(findings, "session Sam").health == Health::kWarning);
  CHECK(FindingOf(findings, "session Sam").advice == "katra up");
  CHECK(FindingOf(findings, "session Far").health == Health::kNote);
  CHECK(FindingOf(findings, "sessions").text == "(no such finding)");
}

TEST_CASE("a home is well, absent, open to others, or holds a damaged database") {
  TestUser user;
  CHECK(FindingOf(Home(user), "home").health == Health::kGood);
  CHECK(FindingOf(Home(user), "database").health == Health::kGood);
  CHECK(FindingOf(Home(user), "bell").health == Health::kGood);
  user.environment["KATRA_HOME"] = user.Path("none");
  CHECK(FindingOf(Home(user), "home").health == Health::kNote);
  CHECK_FALSE(user.Has("none"));
  user.environment["KATRA_HOME"] = user.home();
  chmod(user.home().c_str(), 0755);
  CHECK(FindingOf(Home(user), "home").health == Health::kBad);
  CHECK(FindingOf(Home(user), "home").exit_code == 5);
  chmod(user.home().c_str(), 0700);
  for (const char* file : {"katra/katra.db", "katra/katra.db-wal", "katra/katra.db-shm"}) {
    std::filesystem::remove(user.Path(file));
  }
  user.Write("katra/katra.db", std::string(9000, 'x'));
  CHECK(FindingOf(Home(user), "database").health == Health::kBad);
  CHECK(FindingOf(Home(user), "database").exit_code == 10);
}

}  // namespace
}  // namespace katra::cli::testing
