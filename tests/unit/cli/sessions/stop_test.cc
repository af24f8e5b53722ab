// Stopping ends what `katra start` wrote down, and nothing else: not a process that was given the
// same number, not another's session, not what cannot be seen from here.
#include "cli/sessions/stop.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

using std::chrono::seconds;

Result<std::vector<StopOutcome>> Stop(SessionRoom& room, const SessionRecord& record,
                                      std::chrono::milliseconds grace) {
  Context context = room.user.Make();
  return StopSessions({record}, grace, room.records(), context);
}

TEST_CASE("a client that ends when asked is stopped, and the record says when") {
  SessionRoom room;
  Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  const auto outcomes = Stop(room, room.Find("Sam"), seconds(30));
  REQUIRE(outcomes);
  CHECK(*outcomes == std::vector<StopOutcome>{StopOutcome::kStopped});
  CHECK(child.Ended());
  CHECK(room.Find("Sam").ended_at == room.user.clock.Now());
}

TEST_CASE("a client that does not listen is killed when its grace is over") {
  SessionRoom room;
  Child child("trap '' TERM;");
  room.Save(room.NewRecord("Sam", child.identity()));
  const auto outcomes = Stop(room, room.Find("Sam"), std::chrono::milliseconds(0));
  REQUIRE(outcomes);
  CHECK(*outcomes == std::vector<StopOutcome>{StopOutcome::kKilled});
  CHECK(child.Ended());
}

TEST_CASE("the grace is measured by the context's clock") {
  SessionRoom room;
  Child child("trap '' TERM;");
  room.Save(room.NewRecord("Sam", child.identity()));
  room.user.clock.StepAtEachLook(std::chrono::hours(2));
  const auto outcomes = Stop(room, room.Find("Sam"), std::chrono::hours(1));
  REQUIRE(outcomes);
  CHECK(*outcomes == std::vector<StopOutcome>{StopOutcome::kKilled});
  CHECK(child.Ended());
}

TEST_CASE("a process that was given the number of an ended client lives on") {
  SessionRoom room;
  const Child stranger;
  SessionRecord record = room.NewRecord("Sam", stranger.identity());
  record.process.start_ticks -= 1;
  room.Save(record);
  REQUIRE(Stop(room, record, seconds(0)));
  CHECK(CheckProcess(stranger.identity()) == Liveness::kAlive);
  // Nor one of the same number in another container.
  record.process = stranger.identity();
  record.process.domain = "other/1";
  REQUIRE(Stop(room, record, seconds(0)));
  CHECK(CheckProcess(stranger.identity()) == Liveness::kAlive);
}

TEST_CASE("the client's session in the room is closed, one from before it is not") {
  SessionRoom room;
  room.Enter("Sam", CurrentProcess());
  const store::Session before = room.Enter("Sam", CurrentProcess());
  room.user.clock.Advance(seconds(5));
  room.Save(room.NewRecord("Sam", EndedProcess()));
  room.user.clock.Advance(seconds(5));
  const store::Session its = room.Enter("Sam", CurrentProcess());
  const store::Session of_other = room.Enter("Kim", CurrentProcess());
  REQUIRE(Stop(room, room.Find("Sam"), seconds(0)));
  CHECK_FALSE(room.store().GetSession(its.id, {}));
  CHECK(room.store().GetSession(before.id, {}));
  CHECK(room.store().GetSession(of_other.id, {}));
}

TEST_CASE("stop names what it did of each persona") {
  SessionRoom room;
  Child asked;
  Child deaf("trap '' TERM;");
  room.Save(room.NewRecord("Sam", asked.identity()));
  room.Save(room.NewRecord("Kim", deaf.identity()));
  const Outcome outcome = room.user.Run({"stop", "sam", "KIM", "Nobody", "--grace", "1"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out ==
        "No session of Nobody runs.\nSam stopped.\nKim did not end when asked, and was killed.\n");
  CHECK(room.user.Run({"stop", "--all"}).out == "No session is running.\n");
}

TEST_CASE("stop --all leaves alone what was started by hand") {
  SessionRoom room;
  Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  const store::Session by_hand = room.Enter("Kim", CurrentProcess());
  const Outcome outcome = room.user.Run({"stop", "--all"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "Sam stopped.\n");
  CHECK(room.store().GetSession(by_hand.id, {}));
}

TEST_CASE("stop refuses what it must not end, and says what to do") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Sam", child.identity()));
  room.Enter("Kim", CurrentProcess());
  room.SaveElsewhere("Far");
  struct Case {
    std::vector<std::string> words;
    int code;
    const char* text;
  };
  const Case cases[] = {
      {{"stop"}, 64, "name the persona whose session to end, or --all"},
      {{"stop", "Sam", "--all"}, 64, "not both"},
      {{"stop", "../Sam"}, 2, "is not a persona's name"},
      {{"stop", "Kim"}, 6, "Kim was not started by katra start, so it is not stopped"},
      {{"stop", "Far"},
       6,
       "Run this there: katra stop Far. If that place is gone: katra stop --gone Far"},
      {{"stop", "--gone", "Sam"}, 6, "Sam runs here: end it without --gone"},
      {{"stop", "Sam", "--grace", "601"}, 64, "--grace"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Outcome outcome = room.user.Run(one.words);
    CHECK(outcome.code == one.code);
    CHECK(Contains(outcome.err, one.text));
    CHECK(CheckProcess(child.identity()) == Liveness::kAlive);
    CHECK_FALSE(room.Find("Sam").ended_at);
    CHECK_FALSE(room.Find("Far").ended_at);
  }
}

TEST_CASE("a place that is gone is the user's word, unless the session is still in the room") {
  SessionRoom room;
  room.SaveElsewhere("Far");
  SECTION("gone") {
    const Outcome outcome = room.user.Run({"stop", "--gone", "far"});
    CHECK(outcome.code == 0);
    CHECK(outcome.out == "Far is recorded as gone; no process was stopped.\n");
    CHECK(room.Find("Far").ended_at);
  }
  SECTION("not gone") {
    room.Enter("Far", CurrentProcess());
    const Outcome outcome = room.user.Run({"stop", "--gone", "far"});
    CHECK(outcome.code == 6);
    CHECK(Contains(outcome.err, "Far is still in the room"));
    CHECK_FALSE(room.Find("Far").ended_at);
  }
}

}  // namespace
}  // namespace katra::cli::testing
