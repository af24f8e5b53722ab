// Which sessions count as live, and what is said to someone who would start a second one.
#include "cli/sessions/live.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

std::vector<LiveSession> Live(SessionRoom& room) {
  Context context = room.user.Make();
  auto live = ListLive(room.records(), context);
  REQUIRE(live);
  return std::move(*live);
}

// The persona that is chosen, or the refusal's code and text.
std::string Chosen(SessionRoom& room, const cli::Setting& persona) {
  Context context = room.user.Make();
  cli::Setting chosen = persona;
  const Status free = ChooseFreePersona(room.records(), context, &chosen);
  if (free) return chosen.value;
  CHECK(free.error().code == ErrorCode::kAlreadyExists);
  return free.error().message;
}

TEST_CASE("a record and a session in the room are one live session") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  room.Enter("sam", CurrentProcess());
  const auto live = Live(room);
  REQUIRE(live.size() == 1);
  CHECK(live[0].persona == "Sam");
  CHECK(live[0].record);
  CHECK(live[0].presence);
  CHECK_FALSE(live[0].elsewhere);
}

TEST_CASE("who started by hand or has not connected yet is live, and people at terminals are not") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Zoe", child.identity()));
  room.Enter("Ada", CurrentProcess());
  room.Enter("Kim", CurrentProcess(), "katra");
  room.Enter("Lee", CurrentProcess(), "katra watch");
  const auto live = Live(room);
  REQUIRE(live.size() == 2);
  CHECK(live[0].persona == "Ada");
  CHECK_FALSE(live[0].record);
  CHECK(live[1].persona == "Zoe");
  CHECK_FALSE(live[1].presence);
}

TEST_CASE("of several sessions of a persona in the room, the newest counts") {
  SessionRoom room;
  room.Enter("Sam", CurrentProcess());
  room.user.clock.Advance(std::chrono::seconds(1));
  const store::Session second = room.Enter("Sam", CurrentProcess());
  const auto live = Live(room);
  REQUIRE(live.size() == 1);
  CHECK(live[0].presence->session.id == second.id);
}

TEST_CASE(
    "whoever looks writes down an end, but neither an interruption nor what is out of sight") {
  SessionRoom room;
  room.Save(room.NewRecord("Ended", EndedProcess()));
  room.SaveInterrupted("Cut");
  room.SaveElsewhere("Far");
  const auto live = Live(room);
  REQUIRE(live.size() == 1);
  CHECK(live[0].persona == "Far");
  CHECK(live[0].elsewhere);
  CHECK(room.Find("Ended").ended_at == room.user.clock.Now());
  CHECK_FALSE(room.Find("Cut").ended_at);
  CHECK_FALSE(room.Find("Far").ended_at);
}

TEST_CASE("a record that cannot be read is told, and hides no other") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  room.user.Write("katra/run/sessions/kim.json", "{");
  CHECK(Live(room).size() == 1);
  CHECK(Contains(room.user.err(),
                 "katra: warning: " + room.user.Path("katra/run/sessions/kim.json")));
}

TEST_CASE("a second session of a persona is refused, and what to type depends on the first") {
  SessionRoom room;
  const Child child;
  const cli::Setting sam = {"sam", "--persona"};
  SECTION("in tmux") {
    SessionRecord record = room.NewRecord("Sam", child.identity());
    record.tmux_session = "katra-Sam";
    room.Save(record);
    CHECK(Chosen(room, sam) ==
          "a session of Sam runs already. See it: katra attach Sam. End it: katra stop Sam.");
  }
  SECTION("in a terminal") {
    SessionRecord record = room.NewRecord("Sam", child.identity());
    record.terminal = "/dev/pts/3";
    room.Save(record);
    CHECK(Chosen(room, sam) ==
          "a session of Sam runs already. It runs in /dev/pts/3. End it: katra stop Sam.");
  }
  SECTION("in a terminal that is not known") {
    room.Save(room.NewRecord("Sam", child.identity()));
    CHECK(Contains(Chosen(room, sam), "It runs in another terminal. End it: katra stop Sam."));
  }
  SECTION("out of sight") {
    room.SaveElsewhere("Sam");
    CHECK(Contains(Chosen(room, sam),
                   "It runs on host build-1 (process-id namespace 4026), which cannot be seen "
                   "from here. End it there: katra stop Sam. If that place is gone: katra stop "
                   "--gone Sam."));
  }
  SECTION("by hand") {
    room.Enter("Sam", CurrentProcess());
    CHECK(Chosen(room, sam) == "a session of Sam runs already. It was started by hand in " +
                                   room.user.Path("work") + ": end it there.");
  }
}

TEST_CASE("an ended or interrupted session stands in nobody's way") {
  SessionRoom room;
  room.Save(room.NewRecord("Ended", EndedProcess()));
  room.SaveInterrupted("Cut");
  CHECK(Chosen(room, {"Ended", "--persona"}) == "Ended");
  CHECK(Chosen(room, {"Cut", "--persona"}) == "Cut");
  CHECK(Chosen(room, {"New", "--persona"}) == "New");
}

TEST_CASE("a name that nobody gave is changed to the first free one") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Claude", child.identity()));
  room.Enter("claude-2", CurrentProcess());
  CHECK(Chosen(room, {"Claude", "default"}) == "Claude-3");
  CHECK(Contains(Chosen(room, {"Claude", "environment KATRA_PERSONA"}), "runs already"));
}

}  // namespace
}  // namespace katra::cli::testing
