// How `katra list` and `katra doctor` say that a session is: what keeps it from working, and what
// to type about it.
#include "cli/sessions/condition.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

using std::chrono::seconds;

class Conditions : public SessionRoom {
 public:
  Condition Of(const LiveSession& session) {
    const auto all = ConditionsOf({session}, user.Make());
    REQUIRE(all.size() == 1);
    return all.front();
  }
  // Started `age` ago, with nothing heard of its server.
  LiveSession Silent(std::chrono::milliseconds age) {
    LiveSession session;
    session.persona = "Sam";
    session.record = NewRecord("Sam", CurrentProcess());
    session.record->started_at = user.clock.Now() - age;
    return session;
  }
  LiveSession InTmux(std::chrono::milliseconds age, std::chrono::seconds still,
                     const std::string& screen) {
    LiveSession session = Silent(age);
    session.record->tmux_session = "katra-Sam";
    session.record->tmux_path = "/tmp/own";
    const auto changed = (ToUnixMillis(user.clock.Now()) / 1000) - still.count();
    user.Install("tmux", "case \"$*\" in *list-sessions*) printf 'katra-Sam\\t" +
                             std::to_string(changed) + "\\t" + user.home() + "\\n';; *) printf '" +
                             screen + "\\n\\f\\n';; esac");
    return session;
  }
  static LiveSession Present(LiveSession session, store::Activity activity) {
    session.presence.emplace();
    session.presence->session.activity = activity;
    return session;
  }
};

TEST_CASE("a session whose client tells something is as it tells") {
  Conditions room;
  CHECK(room.Of(Conditions::Present(room.Silent(seconds(0)), store::Activity::kWorking)).state ==
        "working");
  CHECK(room.Of(Conditions::Present(room.Silent(seconds(0)), store::Activity::kIdle)).state ==
        "idle");
  const Condition here =
      room.Of(Conditions::Present(room.Silent(std::chrono::hours(9)), store::Activity::kUnknown));
  CHECK(here.state == "here");
  CHECK(here.trouble.empty());
}

TEST_CASE("a start that takes long is told as more than a start, with where to look") {
  Conditions room;
  CHECK(room.Of(room.Silent(seconds(60))).state == "starting");
  CHECK(room.Of(room.Silent(seconds(60))).trouble.empty());
  LiveSession late = room.Silent(seconds(185));
  CHECK(room.Of(late).state == "no sign of its server for 3 min: look at its terminal");
  CHECK_FALSE(room.Of(late).trouble.empty());
  late.record->terminal = "/dev/pts/4";
  CHECK(room.Of(late).advice == "look at /dev/pts/4");
}

TEST_CASE("a first question in the background is seen by its words, or by its stillness") {
  struct Case {
    const char* name;
    seconds age;
    seconds still;
    const char* screen;
    bool asks;
  };
  const Case cases[] = {
      {"its words", seconds(1), seconds(0), "Yes, I trust this folder", true},
      {"still for long", seconds(11), seconds(6), "Something new?", true},
      {"not long enough", seconds(10), seconds(6), "Something new?", false},
      {"it moves", seconds(11), seconds(5), "Loading", false},
      {"nothing on the screen", seconds(30), seconds(20), "", false},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    Conditions room;
    const LiveSession session = room.InTmux(one.age, one.still, one.screen);
    const Condition condition = room.Of(session);
    CHECK((condition.state == "waits at its own first question: katra attach Sam") == one.asks);
    CHECK(condition.advice == (one.asks ? "katra attach Sam" : ""));
    // Once its server is there, the screen is its conversation.
    CHECK(room.Of(Conditions::Present(session, store::Activity::kIdle)).state == "idle");
  }
}

TEST_CASE("a routed session without its gateway is cut off, and no other is") {
  Conditions room;
  LiveSession session = Conditions::Present(room.Silent(seconds(0)), store::Activity::kIdle);
  CHECK(room.Of(session).state == "idle");
  session.record->router = "gateway";
  session.record->base_url = "http://127.0.0.1:12000";
  const Condition cut = room.Of(session);
  CHECK(cut.state == "cut off: the gateway is down; katra up");
  CHECK(cut.advice == "katra up");
  session.record->router = "claude-code-router";
  CHECK(room.Of(session).state == "idle");
}

TEST_CASE("a session that cannot be looked at is no trouble, and where it is is told") {
  Conditions room;
  LiveSession session;
  session.persona = "Far";
  session.elsewhere = true;
  session.record = room.SaveElsewhere("Far");
  CHECK(room.Of(session).state == "out of sight");
  CHECK(room.Of(session).trouble.empty());
  CHECK(room.Of(session).advice == "it runs on host build-1 (process-id namespace 4026)");
  CHECK(room.Of(Conditions::Present(session, store::Activity::kWorking)).state == "working");
}

TEST_CASE("a question's words are those of the client that asks") {
  CHECK(ShowsFirstQuestion("claude", "x\n  Select login method:\n"));
  CHECK(ShowsFirstQuestion("codex", "Sign in with ChatGPT"));
  CHECK_FALSE(ShowsFirstQuestion("codex", "Select login method"));
  CHECK_FALSE(ShowsFirstQuestion("claude", "> hello"));
  CHECK_FALSE(ShowsFirstQuestion("opencode", "Select login method"));
  CHECK_FALSE(ShowsFirstQuestion("nobody", "Select login method"));
}

}  // namespace
}  // namespace katra::cli::testing
