// Why `katra attach` does not attach, and what it says to do instead.
#include <unistd.h>

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

SessionRecord InTmux(SessionRoom& room, const ProcessIdentity& process,
                     const std::string& path = "") {
  SessionRecord record = room.NewRecord("Sam", process);
  record.tmux_session = "katra-Sam";
  record.tmux_path = path;
  return room.Save(record);
}

TEST_CASE("attach says why it cannot, and what to do instead") {
  SessionRoom room;
  const Child child;
  room.Save(room.NewRecord("Ended", EndedProcess()));
  room.SaveInterrupted("Cut");
  room.SaveElsewhere("Far");
  SessionRecord in_terminal = room.NewRecord("Term", child.identity());
  in_terminal.terminal = "/dev/pts/7";
  room.Save(in_terminal);
  room.user.Write("katra/run/sessions/odd.json", "{");
  struct Case {
    const char* persona;
    int code;
    const char* text;
  };
  const Case cases[] = {
      {"Nobody", 3, "no session of Nobody runs. Start one: katra start --persona Nobody -b"},
      {"Ended", 3, "no session of Ended runs. Start one: katra start --persona Ended -b"},
      {"Cut", 3, "It ran when the machine or tmux went down: katra restore Cut"},
      {"Far", 6, "Far runs on host build-1 (process-id namespace 4026)"},
      {"Term", 6, "Term runs in a terminal (/dev/pts/7), which cannot be attached to"},
      {"../x", 2, "is not a persona's name"},
      {"odd", 10, "odd.json cannot be read"},
  };
  for (const Case& one : cases) {
    INFO(one.persona);
    const Outcome outcome = room.user.Run({"attach", one.persona});
    CHECK(outcome.code == one.code);
    CHECK(Contains(outcome.err, one.text));
  }
}

TEST_CASE("without a terminal attach names the tmux server that has the session") {
  SessionRoom room;
  room.user.Install("tmux", "exit 0");
  const Child child;
  const std::string usual = "/tmp/tmux-" + std::to_string(geteuid()) + "/default";
  const std::string command = " capture-pane -p -t '=katra-Sam:'\n";
  struct Case {
    const char* name;
    std::string path;         // of the session's server
    Environment environment;  // of the caller
    std::string hint;
  };
  const Case cases[] = {
      {"the usual server", usual, {}, "tmux"},
      {"a server of its own", "/tmp/own", {}, "tmux -S /tmp/own"},
      {"a path for the shell to quote", "/tmp/o n", {}, "tmux -S '/tmp/o n'"},
      {"from within that server", "/tmp/own", {{"TMUX", "/tmp/own,12,0"}}, "tmux"},
      {"from within another", usual, {{"TMUX", "/tmp/own,12,0"}}, "tmux -S " + usual},
      {"of a name that begins alike", "/tmp/own", {{"TMUX", "/tmp/own2,1,0"}}, "tmux -S /tmp/own"},
      {"the usual one is elsewhere", usual, {{"TMUX_TMPDIR", "/run"}}, "tmux -S " + usual},
      {"and the session is there",
       "/run/tmux-" + std::to_string(geteuid()) + "/default",
       {{"TMUX_TMPDIR", "/run"}},
       "tmux"},
      {"not written down", "", {}, "tmux"},
      {"likewise, the caller's is named", "", {{"KATRA_TMUX_SOCKET", "mine"}}, "tmux -L mine"},
      {"the record counts before that",
       "/tmp/own",
       {{"KATRA_TMUX_SOCKET", "mine"}},
       "tmux -S /tmp/own"},
  };
  const Environment before = room.user.environment;
  for (const Case& one : cases) {
    INFO(one.name);
    InTmux(room, child.identity(), one.path);
    room.user.environment = before;
    room.user.environment.insert(one.environment.begin(), one.environment.end());
    const Outcome outcome = room.user.Run({"attach", "Sam"});
    CHECK(outcome.code == 6);
    CHECK(outcome.err ==
          "katra: attach needs a terminal: run it in one, or look at the session with " + one.hint +
              command);
  }
}

TEST_CASE("a session that tmux has no more is not waited for") {
  SessionRoom room;
  const Child child;
  room.user.Install("tmux", "echo 'no server running on /tmp/own' >&2; exit 1");
  InTmux(room, child.identity(), "/tmp/own");
  room.user.terminal.in = room.user.terminal.out = true;
  const Outcome outcome = room.user.Run({"attach", "Sam"});
  CHECK(outcome.code == 3);
  CHECK(Contains(outcome.err, "tmux has no session katra-Sam any more"));
  CHECK(Contains(outcome.err, "katra stop Sam"));
}

TEST_CASE("without tmux attach says how to install it") {
  SessionRoom room;
  const Child child;
  room.user.environment["PATH"] = room.user.Path("bin");
  InTmux(room, child.identity(), "/tmp/own");
  const Outcome outcome = room.user.Run({"attach", "Sam"});
  CHECK(outcome.code == 6);
  CHECK(Contains(outcome.err, "apt-get install tmux"));
}

}  // namespace
}  // namespace katra::cli::testing
