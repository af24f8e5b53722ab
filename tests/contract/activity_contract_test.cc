// What every store promises of what sessions are doing, of finding them, and of acknowledging
// without hearing more.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::vector<std::string> Found(Backend& backend, const SessionFilter& filter) {
  const auto sessions = backend.store().LiveSessions(filter, CallContext{});
  REQUIRE(sessions);
  std::vector<std::string> uuids;
  for (const Session& session : *sessions) uuids.push_back(session.uuid);
  return uuids;
}

Session EnterAs(Backend& backend, const std::string& persona, const std::string& client_session) {
  SessionStart start;
  start.persona = persona;
  start.client_session_id = client_session;
  start.process = CurrentProcess();
  auto opened = backend.store().OpenSession(start, CallContext{});
  REQUIRE(opened);
  return *opened;
}

}  // namespace

TEST_CASE("a session's activity is what its client told last, and since when", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session sam = Enter(*backend, "Sam");
  CHECK(sam.activity == Activity::kUnknown);
  const auto now = [&] { return *backend->store().GetSession(sam.id, CallContext{}); };

  backend->clock.Advance(std::chrono::minutes(1));
  REQUIRE(backend->store().SetActivity(sam.id, Activity::kWorking, CallContext{}));
  const WallTime since = backend->clock.Now();
  backend->clock.Advance(std::chrono::minutes(1));
  REQUIRE(backend->store().SetActivity(sam.id, Activity::kWorking, CallContext{}));
  CHECK(now().activity == Activity::kWorking);
  CHECK(now().activity_since == since);
  CHECK(now().last_active == backend->clock.Now());

  REQUIRE(backend->store().SetActivity(sam.id, Activity::kWaiting, CallContext{}));
  CHECK(now().activity == Activity::kWaiting);
  CHECK(backend->store().WhoIsHere("", CallContext{})->front().session.activity ==
        Activity::kWaiting);
}

TEST_CASE("an activity that changes wakes who waits, one that stays does not", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session sam = Enter(*backend, "Sam");
  REQUIRE(backend->store().SetActivity(sam.id, Activity::kIdle, CallContext{}));
  static_cast<void>(backend->Woken());
  REQUIRE(backend->store().SetActivity(sam.id, Activity::kIdle, CallContext{}));
  CHECK_FALSE(backend->Woken());
  REQUIRE(backend->store().SetActivity(sam.id, Activity::kWorking, CallContext{}));
  CHECK(backend->Woken());
}

TEST_CASE("a session that has ended has no activity and is not found", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session sam = EnterAs(*backend, "Sam", "c-1");
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  CHECK(backend->store().SetActivity(sam.id, Activity::kIdle, CallContext{}).error().code ==
        ErrorCode::kNotFound);
  CHECK(Found(*backend, {"Sam", ""}).empty());
}

TEST_CASE("live sessions are found by persona and by the client's session, newest first",
          "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session first = EnterAs(*backend, "Sam", "c-1");
  const Session second = EnterAs(*backend, "Sam", "c-2");
  const Session other = EnterAs(*backend, "Dario", "c-3");
  EnterDead(*backend, "Sam");
  using Uuids = std::vector<std::string>;
  CHECK(Found(*backend, {"sAM", ""}) == Uuids{second.uuid, first.uuid});
  CHECK(Found(*backend, {"", "c-1"}) == Uuids{first.uuid});
  CHECK(Found(*backend, {"Dario", "c-1"}).empty());
  CHECK(Found(*backend, {"", ""}) == Uuids{other.uuid, second.uuid, first.uuid});
  CHECK(Found(*backend, {"Nobody", ""}).empty());
}

TEST_CASE("a client's session may get another name", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session sam = EnterAs(*backend, "Sam", "before");
  REQUIRE(backend->store().SetClientSession(sam.id, "after", CallContext{}));
  CHECK(Found(*backend, {"", "after"}).size() == 1);
  CHECK(Found(*backend, {"", "before"}).empty());
}

TEST_CASE("acknowledging keeps what was heard from coming again, and gives nothing new",
          "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two", {"Sam"});
  const HearReply heard = Hear(*backend, sam);
  Say(*backend, dario, "three");
  REQUIRE(
      backend->store().Acknowledge(sam.id, "", heard.messages.back().message.id, CallContext{}));
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  const HearReply again = Hear(*backend, Enter(*backend, "Sam"));
  CHECK(Bodies(again) == std::vector<std::string>{"three"});
  CHECK_FALSE(again.messages.front().redelivered);
}

TEST_CASE("acknowledging a part leaves the rest to come again", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two");
  const HearReply heard = Hear(*backend, sam);
  REQUIRE(
      backend->store().Acknowledge(sam.id, "", heard.messages.front().message.id, CallContext{}));
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  const HearReply again = Hear(*backend, Enter(*backend, "Sam"));
  CHECK(Bodies(again) == std::vector<std::string>{"two"});
  CHECK(again.messages.front().redelivered);
}

TEST_CASE("nothing that was not delivered can be acknowledged", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const SayReceipt said = Say(*backend, dario, "one");
  REQUIRE(backend->store().Acknowledge(sam.id, "", said.id + 100, CallContext{}));
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"one"});
  CHECK(backend->store().Acknowledge(sam.id, "nowhere", said.id, CallContext{}).error().code ==
        ErrorCode::kNotFound);
}
