// The session of a process: opened, described, kept alive, found again, ended.
#include "mcp_server/session_host.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct OpenRig : Rig {
  OpenRig() {
    host.Open();
    Work();
  }
};

TEST_CASE("who asks before the session is open is told when it is, and all at one opening") {
  Rig rig;
  int ready = 0;
  for (int i = 0; i < 3; ++i) {
    rig.host.WhenReady([&](const Error* error) { ready += error == nullptr ? 1 : 0; });
  }
  CHECK(ready == 0);
  rig.Work();
  CHECK(ready == 3);
  CHECK(rig.store->opened == 1);
}

TEST_CASE("what the launch says of a session is known before it is open") {
  Rig rig;
  store::SessionStart start;
  start.persona = "Sam";
  start.role = "Reviewer";
  start.tag.model = "gpt-4-turbo";
  const SessionHost launched(
      [](const store::CallContext&) -> Result<std::shared_ptr<store::Store>> {
        return Fail(ErrorCode::kInternal, "not asked for");
      },
      start, rig.executor, rig.clock, rig.logger);
  const auto known = launched.KnownSession();
  REQUIRE(known);
  CHECK(known->persona == "Sam");
  CHECK(known->role == "Reviewer");
  CHECK(known->room == "main");
  CHECK(known->tag.model == "gpt-4-turbo");
}

TEST_CASE("a guest is known when its session is open") {
  Rig rig;
  CHECK_FALSE(rig.host.KnownSession());
  rig.host.Open();
  rig.Work();
  REQUIRE(rig.host.KnownSession());
  CHECK(rig.host.KnownSession()->persona == rig.host.session()->persona);
}

TEST_CASE("an open session is ready at once") {
  OpenRig rig;
  bool ready = false;
  rig.host.WhenReady([&](const Error* error) { ready = error == nullptr; });
  CHECK(ready);
}

TEST_CASE("a session that the store refuses is asked for again, with the store that is open") {
  Rig rig;
  rig.store->open_error = Error{ErrorCode::kUnavailable, "locked", {}, true};
  rig.host.Open();
  rig.Work();
  REQUIRE(rig.host.failure());
  CHECK(rig.host.failure()->message == "locked");
  rig.store->open_error.reset();
  rig.open_error = Error{ErrorCode::kInternal, "the store is opened only once", {}, false};
  rig.host.WhenReady([](const Error* error) { CHECK(error == nullptr); });
  rig.Work();
  CHECK_FALSE(rig.host.failure());
  CHECK(rig.host.session() != nullptr);
}

TEST_CASE("upkeep is looked for once a minute, and goes on in steps while there is some") {
  OpenRig rig;
  rig.Pass(seconds(59));
  CHECK(rig.store->tended == 0);
  rig.store->tends_more = true;
  rig.Pass(seconds(1));
  CHECK(rig.store->tended == 1);
  CHECK(rig.host.NextDeadline() == rig.clock.Steady() + SessionHost::kUpkeepStep);
  rig.store->tends_more = false;
  rig.Pass(SessionHost::kUpkeepStep);
  CHECK(rig.store->tended == 2);
  rig.Pass(seconds(59));
  CHECK(rig.store->tended == 2);
}

TEST_CASE("the heart beats every ten seconds, and not before the last beat is done") {
  OpenRig rig;
  CHECK(rig.host.NextDeadline() == rig.clock.Steady() + SessionHost::kHeartbeat);
  rig.Pass(milliseconds(9999));
  CHECK(rig.store->heartbeats.empty());
  rig.Pass(milliseconds(1));
  CHECK(rig.store->heartbeats == std::vector<bool>{false});

  rig.clock.Pass(seconds(10));
  rig.host.Tick(rig.clock.Steady());
  rig.clock.Pass(seconds(10));
  rig.host.Tick(rig.clock.Steady());
  CHECK(rig.executor.Jobs() == 1);
  CHECK(rig.host.NextDeadline() > rig.clock.Steady() + SessionHost::kHeartbeat);
}

TEST_CASE("activity is told at most every two seconds") {
  OpenRig rig;
  for (int i = 0; i < 10; ++i) {
    rig.host.NoteActivity();
    rig.Work();
  }
  CHECK(rig.store->heartbeats == std::vector<bool>{true});
  rig.clock.Pass(seconds(2));
  rig.host.NoteActivity();
  rig.Work();
  CHECK(rig.store->heartbeats.size() == 2);
}

TEST_CASE("a session that was ended by others begins anew, with the name it had") {
  OpenRig rig;
  store::Session named = *rig.host.session();
  named.persona = "Charlie";
  named.guest = false;
  rig.host.Adopt(named);
  rig.store->heartbeat_error = Error{ErrorCode::kNotFound, "ended", {}, false};
  rig.Pass(SessionHost::kHeartbeat);
  CHECK(rig.store->opened == 2);
  CHECK(rig.store->start.persona == "Charlie");
  CHECK(rig.host.session()->id == 2);
}

TEST_CASE("a heartbeat that fails otherwise changes nothing") {
  OpenRig rig;
  rig.store->heartbeat_error = Error{ErrorCode::kUnavailable, "locked", {}, true};
  rig.Pass(SessionHost::kHeartbeat);
  CHECK(rig.store->opened == 1);
  CHECK(rig.host.session() != nullptr);
}

TEST_CASE("closing marks the session as left, then says so") {
  OpenRig rig;
  bool closed = false;
  rig.host.Close("SIGTERM", [&] { closed = true; });
  CHECK_FALSE(closed);
  rig.Work();
  CHECK(closed);
  CHECK(rig.store->end_reason == "SIGTERM");
}

TEST_CASE("closing what is not open is done at once, and nothing is opened any more") {
  Rig rig;
  bool closed = false;
  rig.host.Close("SIGTERM", [&] { closed = true; });
  CHECK(closed);
  rig.host.Open();
  CHECK(rig.executor.Jobs() == 0);
}

TEST_CASE("an opening that fails while the process ends is still told of") {
  Rig rig;
  rig.open_error = Error{ErrorCode::kPermissionDenied, "open to others", {}, false};
  rig.host.Open();
  rig.host.Close("end of input", [] {});
  rig.Work();
  REQUIRE(rig.host.failure());
  CHECK(rig.host.failure()->code == ErrorCode::kPermissionDenied);
  CHECK(rig.logger.errors == std::vector<std::string>{"open to others"});
}

TEST_CASE("closing while the session is being opened ends it as soon as it is") {
  Rig rig;
  rig.host.Open();
  bool closed = false;
  rig.host.Close("SIGINT", [&] { closed = true; });
  CHECK_FALSE(closed);
  rig.Work();
  CHECK(closed);
  CHECK(rig.store->end_reason == "SIGINT");
}

}  // namespace
}  // namespace katra::mcp
