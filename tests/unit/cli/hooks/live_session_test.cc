// Which session a hook belongs to, among all that live. A wrong one would hear another's words.
#include "cli/hooks/live_session.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

// The id of the session that is found; 0: none.
store::SessionId Found(SessionRoom& room, const HookInput& input, const std::string& persona = "") {
  room.user.environment["KATRA_PERSONA"] = persona;
  Context context = room.user.Make();
  const auto session = FindLiveSession(input, context);
  REQUIRE(session);
  return *session ? (*session)->id : 0;
}

HookInput Told(const std::string& session, const std::string& folder = "") {
  HookInput input;
  input.session_id = session;
  input.working_folder = folder;
  return input;
}

TEST_CASE("without a persona the client's session id decides, and nothing else does") {
  SessionRoom room;
  const store::Session sam = room.Enter("Sam", CurrentProcess(), "claude-code", "c-1");
  room.Enter("Kim", CurrentProcess(), "claude-code", "c-2");
  CHECK(Found(room, Told("c-1")) == sam.id);
  CHECK(Found(room, Told("c-9", room.user.Path("work"))) == 0);
  CHECK(Found(room, Told("", room.user.Path("work"))) == 0);
}

TEST_CASE("with a persona only its sessions count: by id, then by folder, then the newest") {
  SessionRoom room;
  const store::Session first = room.Enter("Sam", CurrentProcess(), "claude-code", "c-1");
  room.user.clock.Advance(std::chrono::seconds(1));
  const store::Session second = room.Enter("Sam", CurrentProcess(), "codex", "c-2");
  room.user.clock.Advance(std::chrono::seconds(1));
  room.Enter("Kim", CurrentProcess(), "claude-code", "c-3");
  CHECK(Found(room, Told("c-1"), "sam") == first.id);
  CHECK(Found(room, Told("c-2"), "sam") == second.id);
  CHECK(Found(room, Told("c-3"), "sam") == second.id);
  CHECK(Found(room, Told("", "/elsewhere"), "sam") == second.id);
  CHECK(Found(room, Told("c-1"), "Nobody") == 0);
}

TEST_CASE("a person's terminal is no session of the client's") {
  SessionRoom room;
  room.Enter("Sam", CurrentProcess(), "katra", "c-1");
  room.Enter("Sam", CurrentProcess(), "katra watch", "c-1");
  CHECK(Found(room, Told("c-1")) == 0);
  CHECK(Found(room, Told("c-1"), "Sam") == 0);
}

TEST_CASE("a start finds the session that its client's server has opened already") {
  SessionRoom room;
  const store::Session sam = room.Enter("Sam", CurrentProcess(), "claude-code", "c-1");
  Context context = room.user.Make();
  const auto session = AwaitLiveSession(Told("c-1"), std::chrono::hours(1), context);
  REQUIRE(session);
  REQUIRE(*session);
  CHECK((*session)->id == sam.id);
}

TEST_CASE("a start whose server does not come ends when its time is up") {
  SessionRoom room;
  Context context = room.user.Make();
  const auto session = AwaitLiveSession(Told("c-1"), std::chrono::milliseconds(0), context);
  REQUIRE(session);
  CHECK_FALSE(*session);
}

TEST_CASE("a start waits by the context's clock") {
  SessionRoom room;
  room.Enter("Kim", CurrentProcess(), "claude-code", "c-2");
  room.user.environment["KATRA_PERSONA"] = "Sam";
  room.user.clock.StepAtEachLook(std::chrono::hours(2));
  Context context = room.user.Make();
  const auto session = AwaitLiveSession(Told("c-1"), std::chrono::hours(1), context);
  REQUIRE(session);
  CHECK_FALSE(*session);
}

}  // namespace
}  // namespace katra::cli::testing
