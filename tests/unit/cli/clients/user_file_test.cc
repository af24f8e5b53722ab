// A client's file is its user's: it keeps its mode and gets a backup, and what is not surely a file
// of this user's own is left alone.
#include "cli/clients/user_file.h"

#include <unistd.h>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

constexpr const char* kText = "{\n  \"a\": 1\n}\n";

TEST_CASE("a file is replaced with its mode kept and a backup of what was there") {
  for (const mode_t mode : {0600U, 0644U, 0640U, 0400U}) {
    INFO(mode);
    TestUser user;
    user.Write("user/f.json", kText, mode);
    const auto file = ReadUserFile(user.Path("user/f.json"));
    REQUIRE(file);
    CHECK(file->exists);
    CHECK(file->text == kText);
    const auto backup = ReplaceUserFile(*file, "new", user.clock.Now());
    REQUIRE(backup);
    CHECK(*backup == user.Path("user/f.json.katra-20261121T120000000Z"));
    CHECK(user.Read("user/f.json") == "new");
    CHECK(user.Mode("user/f.json") == mode);
    CHECK(user.Read("user/f.json.katra-20261121T120000000Z") == kText);
    CHECK(user.Mode("user/f.json.katra-20261121T120000000Z") == 0600);
  }
}

TEST_CASE("a file that is not there is made, with its folders, and without a backup") {
  TestUser user;
  const auto file = ReadUserFile(user.Path("user/a/b/f.json"));
  REQUIRE(file);
  CHECK_FALSE(file->exists);
  CHECK(file->text.empty());
  const auto backup = ReplaceUserFile(*file, kText, user.clock.Now());
  REQUIRE(backup);
  CHECK(backup->empty());
  CHECK(user.Read("user/a/b/f.json") == kText);
  CHECK(user.Mode("user/a/b/f.json") == 0600);
  CHECK(user.Files("user/a/b") == std::vector<std::string>{"f.json"});
}

TEST_CASE("a link, and what is no file, is left alone; links on the way are the user's own") {
  TestUser user;
  user.Write("dotfiles/claude.json", kText);
  REQUIRE(symlink(user.Path("dotfiles/claude.json").c_str(), user.Path("user/link").c_str()) == 0);
  REQUIRE(symlink(user.Path("dotfiles").c_str(), user.Path("user/linked").c_str()) == 0);
  for (const char* name : {"user/link", "user"}) {
    INFO(name);
    const auto file = ReadUserFile(user.Path(name));
    REQUIRE_FALSE(file);
    CHECK(file.error().code == ErrorCode::kPermissionDenied);
    CHECK(Contains(file.error().message, "left alone"));
  }
  const auto beyond = ReadUserFile(user.Path("user/linked/claude.json"));
  REQUIRE(beyond);
  CHECK(beyond->text == kText);
}

TEST_CASE("the way to a project's file leads over no link and no file") {
  TestUser user;
  user.Write("work/.vscode/mcp.json", "{}");
  user.Write("outside/mcp.json", "{}");
  REQUIRE(symlink(user.Path("outside").c_str(), user.Path("work/.cursor").c_str()) == 0);
  user.Write("work/.gemini", "a file");
  const std::string root = user.Path("work");
  CHECK(CheckWayBelow(root, root + "/.mcp.json"));
  CHECK(CheckWayBelow(root, root + "/.vscode/mcp.json"));
  CHECK(CheckWayBelow(root, root + "/not/there/yet.json"));
  struct Case {
    const char* file;
    ErrorCode code;
    const char* text;
  };
  const Case cases[] = {
      {"/.cursor/mcp.json", ErrorCode::kPermissionDenied, "is a link"},
      {"/.gemini/settings.json", ErrorCode::kPermissionDenied, "is not a folder"},
      {"/../outside/mcp.json", ErrorCode::kPermissionDenied, "is not a name of a folder"},
      {"/.vscode/./mcp.json", ErrorCode::kPermissionDenied, "is not a name of a folder"},
  };
  for (const Case& one : cases) {
    INFO(one.file);
    const Status way = CheckWayBelow(root, root + one.file);
    REQUIRE_FALSE(way);
    CHECK(way.error().code == one.code);
    CHECK(Contains(way.error().message, one.text));
  }
  CHECK(CheckWayBelow(user.Path("none"), user.Path("none") + "/x").error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("a change shows its own lines and nothing else of the file, which may hold secrets") {
  UserFile file;
  file.path = "/f";
  file.exists = true;
  file.text = "one\nsk-secret\ntwo\n";
  CHECK(RenderChange(file, "one\nsk-secret\n2\n") == "/f, line 3:\n-two\n+2\n");
  CHECK(RenderChange(file, "one\nsk-secret\ntwo\nthree\n") == "/f, line 4:\n+three\n");
  CHECK(RenderChange(file, "one\nsk-secret\n") == "/f, line 3:\n-two\n");
  file.text = "{\"key\": \"" + std::string(500, 's') + "\", \"a\": 1}";
  CHECK_FALSE(
      Contains(RenderChange(file, file.text.substr(0, file.text.size() - 2) + "2}"), "sss"));
  UserFile fresh;
  fresh.path = "/f";
  CHECK(RenderChange(fresh, "a\x1b[2J\n") == "/f (new), line 1:\n+a\\u{1b}[2J\n");
}

}  // namespace
}  // namespace katra::cli::testing
