// Which status line of the user's own is found, and that it is shown above Katra's.
#include "cli/clients/status_line.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

std::string Line(const std::string& command) {
  return R"({"model": "x", "statusLine": {"type": "command", "command": ")" + command + "\"}}";
}

TEST_CASE("the nearest status line counts, as in Claude Code") {
  TestUser user;
  const std::string project = user.Path("work");
  const auto found = [&] { return OwnStatusLine(project, user.Make()); };
  CHECK(found().empty());
  user.Write("user/.claude/settings.json", Line("mine"));
  CHECK(found() == "mine");
  user.Write("work/.claude/settings.json", Line("of the project"));
  CHECK(found() == "of the project");
  user.Write("work/.claude/settings.local.json", "{ // my own\n" + Line("local").substr(1));
  CHECK(found() == "local");
  // What cannot be used is passed over.
  for (const char* other : {"{", "[]", "{}", R"({"statusLine": 7})", R"({"statusLine": {}})"}) {
    user.Write("work/.claude/settings.local.json", other);
    CHECK(found() == "of the project");
  }
  user.environment["CLAUDE_CONFIG_DIR"] = user.Path("elsewhere");
  user.Write("work/.claude/settings.json", "{}");
  CHECK(found().empty());
  user.Write("elsewhere/settings.json", Line("of the other folder"));
  CHECK(found() == "of the other folder");
  user.Write("elsewhere/settings.json", Line("'/usr/bin/katra' statusline"));
  CHECK(found().empty());
}

TEST_CASE("the user's own status line runs first, with the same input") {
  TestUser user;
  user.input = R"({"session_id": "none", "workspace": {"project_dir": ")" + user.Path("work") +
               R"("}, "model": {"display_name": "Opus"}})";
  const auto shown = [&](const std::string& command) {
    user.Write("user/.claude/settings.json", Line(command));
    return user.Run({"statusline"}).out;
  };
  const std::string own = "Katra: not connected\n";
  CHECK(shown("sed -n 's/.*display_name.: .\\\\([A-Za-z]*\\\\).*/\\\\1/p'") ==
        "Opus\x1b[0m\n" + own);
  CHECK(shown("echo one; echo two") == "one\ntwo\x1b[0m\n" + own);
  CHECK(shown("true") == own);
  CHECK(shown("echo gone; exit 3") == own);
  CHECK(shown("/not/there") == own);
  // A script that calls Katra's own command does not run itself.
  user.environment["KATRA_IN_STATUSLINE"] = "1";
  CHECK(shown("echo again") == own);
}

}  // namespace
}  // namespace katra::cli::testing
