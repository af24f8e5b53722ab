// Which sessions depend on the gateway, at which port they know it, and when one is cut off.
#include "cli/sessions/gateway_care.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("a port is read from what a session was told") {
  CHECK(PortOf("http://127.0.0.1:12000") == 12000);
  CHECK(PortOf("http://[::1]:12001") == 12001);
  CHECK(PortOf("") == 0);
  CHECK(PortOf("http://127.0.0.1") == 0);
}

TEST_CASE("a session is cut off when its gateway is down or elsewhere") {
  SessionRecord record;
  record.router = "gateway";
  record.base_url = "http://127.0.0.1:12000";
  router::gateway::Runtime running;
  running.port = 12000;
  CHECK(CutOff(record, running).empty());
  CHECK(CutOff(record, {}) == "the gateway is down");
  running.port = 12001;
  CHECK(CutOff(record, running) == "the gateway is on port 12001, not 12000");
  record.base_url.clear();  // of an older Katra: not known
  CHECK(CutOff(record, running).empty());
  for (const char* router : {"none", "claude-code-router", ""}) {
    record.router = router;
    CHECK(CutOff(record, {}).empty());
    CHECK_FALSE(IsRouted(record));
  }
}

TEST_CASE("routed sessions are those that run here, and none where there are no records") {
  SessionRoom room;
  CHECK(RoutedSessions(room.user.Make()).empty());
  CHECK_FALSE(room.user.Has("katra/run"));
  const Child child;
  const auto save = [&](const char* persona, const char* router, const ProcessIdentity& process) {
    SessionRecord record = room.NewRecord(persona, process);
    record.router = router;
    room.Save(record);
  };
  save("Sam", "gateway", child.identity());
  save("Kim", "none", child.identity());
  save("Gone", "gateway", EndedProcess());
  save("Far", "gateway", {12, 34, "other/1"});
  const auto routed = RoutedSessions(room.user.Make());
  REQUIRE(routed.size() == 1);
  CHECK(routed.front().persona == "Sam");
}

TEST_CASE("a gateway that was ended on purpose is noted, until it is started again") {
  SessionRoom room;
  static_cast<void>(room.records());
  NoteDown(room.user.Make(), true);
  CHECK(room.user.Has("katra/run/gateway.down"));
  NoteDown(room.user.Make(), false);
  CHECK_FALSE(room.user.Has("katra/run/gateway.down"));
}

}  // namespace
}  // namespace katra::cli::testing
