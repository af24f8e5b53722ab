// When a wait has nobody to wake, and ends at once. What wakes is in hooks/events_test.cc.
#include <chrono>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

// A wait for a session's server takes 20 s.
constexpr std::chrono::seconds kAtOnce{10};

// The exit code; fails when it took long, or said something.
int Waited(TestUser& user) {
  const auto begun = std::chrono::steady_clock::now();
  const Outcome outcome = user.Run({"wait"});
  CHECK(std::chrono::steady_clock::now() - begun < kAtOnce);
  CHECK((outcome.out + outcome.err).empty());
  return outcome.code;
}

TEST_CASE("a wait that names neither a persona nor a session ends at once and makes nothing") {
  for (const char* input :
       {"", "{}", "nonsense", R"({"session_id": ""})", R"({"session_id": 7})"}) {
    INFO(input);
    TestUser user;
    user.input = input;
    CHECK(Waited(user) == 0);
    CHECK_FALSE(user.Has("katra/katra.db"));
  }
}

TEST_CASE("a wait that a person types does not read the terminal") {
  TestUser user;
  user.terminal.in = true;
  user.input = R"({"session_id": "c-1"})";
  CHECK(Waited(user) == 0);
  CHECK_FALSE(user.Has("katra/katra.db"));
}

TEST_CASE("a wait where Katra is not ends at once and makes nothing") {
  TestUser user;
  user.environment["KATRA_HOME"] = user.Path("none");
  user.environment["KATRA_PERSONA"] = "Sam";
  user.input = R"({"session_id": "c-1"})";
  CHECK(Waited(user) == 0);
  CHECK_FALSE(user.Has("none"));
}

TEST_CASE("a session that was asked for by one name wakes by it alone") {
  SessionRoom room;
  const store::Session sam = room.Enter("Sam", CurrentProcess(), "claude-code", "c-sam");
  const store::Session kim = room.Enter("Kim", CurrentProcess(), "claude-code", "c-kim");
  store::SayRequest said;
  said.session = kim.id;
  said.body = "the word is quicksilver";
  said.to = {"Sam"};
  REQUIRE(room.store().Say(said, {}));
  SECTION("the persona") { room.user.environment["KATRA_PERSONA"] = "sam"; }
  SECTION("the client's session") { room.user.input = R"({"session_id": "c-sam"})"; }
  const Outcome outcome = room.user.Run({"wait"});
  CHECK(outcome.code == 2);
  CHECK(Contains(outcome.err, "1 message in Katra for Sam, the newest from Kim"));
  CHECK_FALSE(Contains(outcome.err, "quicksilver"));
}

}  // namespace
}  // namespace katra::cli::testing
