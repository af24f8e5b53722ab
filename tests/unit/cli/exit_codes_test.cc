// The table of docs/commands.md: each exit code is what some command ends with, and each error is
// one line on stderr that says what to do.
#include "cli/exit_codes.h"

#include <unistd.h>

#include <set>

#include "core/error_map.h"
#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("every code of the table is what a command ends with") {
  struct Case {
    int code;
    std::vector<std::string> words;
    void (*prepare)(SessionRoom*);
    const char* err;
  };
  const auto nothing = [](SessionRoom* room) { static_cast<void>(room); };
  const Case cases[] = {
      {0, {"list"}, nothing, ""},
      {1, {"hear", "--persona", "Sam"}, nothing, ""},
      {1, {"recall", "nothing-like-it"}, nothing, ""},
      {2, {"say", "--persona", "no name", "hi"}, nothing, "no name"},
      {3, {"attach", "Nobody"}, nothing, "no session of Nobody runs"},
      {3, {"start", "--persona", "Sam", "not-there"}, nothing, "is not there"},
      {4,
       {"backup", "b.db"},
       [](SessionRoom* room) { room->user.Write("work/b.db", "mine"); },
       "b.db"},
      {4,
       {"start", "--persona", "Sam"},
       [](SessionRoom* room) {
         for (const char* name : {"claude", "katra", "katra_mcp_server"}) {
           room->user.Install(name, "exit 0");
         }
         room->Enter("Sam", CurrentProcess());
       },
       "a session of Sam runs already"},
      {5, {"list"}, [](SessionRoom* room) { chmod(room->user.home().c_str(), 0777); }, "chmod"},
      {6,
       {"start", "--persona", "Sam"},
       [](SessionRoom* room) { room->user.environment["PATH"] = room->user.Path("bin"); },
       "Claude Code is not installed"},
      {7,
       {"start", "--client", "gemini", "--provider", "openai"},
       nothing,
       "does not speak to openai"},
      {8,
       {"start", "--persona", "Sam"},
       [](SessionRoom* room) {
         for (const char* name : {"katra", "katra_mcp_server"}) room->user.Install(name, "exit 0");
         room->user.Write("bin/claude", "#!/not/there\n", 0700);
       },
       "cannot be started"},
      {9,
       {"say", "--persona", "Sam"},
       [](SessionRoom* room) { room->user.input = std::string(70'000, 'x'); },
       "the text on stdin is longer than 65538 bytes"},
      {10,
       {"attach", "Sam"},
       [](SessionRoom* room) { room->user.Write("katra/run/sessions/sam.json", "{"); },
       "cannot be read"},
      {10,
       {"list"},
       [](SessionRoom* room) { room->user.Write("katra/katra.db", std::string(9000, 'x')); },
       "the database is damaged"},
      {11,
       {"config", "edit"},
       [](SessionRoom* room) { room->user.environment["EDITOR"] = "false"; },
       "failed, so nothing was changed"},
      {64, {"listt"}, nothing, "did you mean list?"},
      {64, {"list", "--nothing"}, nothing, "unknown option"},
      {64, {"hook", "no-event"}, nothing, "is not an event"},
      {64, {"stop"}, nothing, "name the persona"},
  };
  for (const Case& one : cases) {
    INFO(one.code << " " << one.words.front() << " " << one.err);
    SessionRoom room;
    static_cast<void>(room.records());
    one.prepare(&room);
    // A client that cannot be started leaves this process in the folder of its session.
    const auto here = std::filesystem::current_path();
    const Outcome outcome = room.user.Run(one.words);
    std::filesystem::current_path(here);
    INFO(outcome.err);
    CHECK(outcome.code == one.code);
    CHECK(Contains(outcome.err, one.err));
    if (one.code > kExitNothing) {
      CHECK(outcome.err.starts_with("katra: "));
      CHECK(outcome.out.empty());
      const auto lines = std::count(outcome.err.begin(), outcome.err.end(), '\n');
      // Where the command line was not understood, a second line names the help.
      CHECK(lines == (one.code == kExitUsage ? 2 : 1));
    }
  }
}

TEST_CASE("errors have different codes of their own, beside those of success and of misuse") {
  std::set<int> codes = {kExitOk, kExitNothing, kExitUsage};
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    const Error error{static_cast<ErrorCode>(code), {}, {}, false};
    INFO(code);
    CHECK(codes.insert(ExitCodeOf(error)).second);
  }
  CHECK(ExitCodeOf({ErrorCode::kDeadlineExceeded, {}, {}, false}) == 12);
  CHECK(ExitCodeOf({ErrorCode::kInternal, {}, {}, false}) == 70);
}

TEST_CASE("an error cannot write on the terminal by itself") {
  TestUser user;
  const Outcome outcome = user.Run({"attach", "\x1b[2Jx\ny"});
  CHECK(outcome.code == 2);
  CHECK_FALSE(Contains(outcome.err, "\x1b"));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

}  // namespace
}  // namespace katra::cli::testing
