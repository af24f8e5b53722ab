// Which program is run when a name is said: never one that happens to lie in the working folder.
#include "cli/sessions/programs.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("the first executable file in PATH is taken, and only such a one") {
  TestUser user;
  user.Write("a/tool", "no program", 0600);
  mkdir(user.Path("b").c_str(), 0700);
  mkdir(user.Path("b/tool").c_str(), 0700);
  user.Write("c/tool", "#!/bin/sh\n", 0700);
  user.Write("d/tool", "#!/bin/sh\n", 0700);
  user.Write("work/tool", "#!/bin/sh\n", 0700);
  const auto found = [&user](const std::string& path, const char* name = "tool") {
    user.environment["PATH"] = path;
    return FindProgram(user.Make(), name);
  };
  const std::string a = user.Path("a");
  CHECK(found(a + ":" + user.Path("b") + ":" + user.Path("c") + ":" + user.Path("d")) ==
        user.Path("c/tool"));
  CHECK(found(a).empty());
  CHECK(found("").empty());
  CHECK(found(":").empty());
  CHECK(found(a + "::").empty());
  CHECK(found("/none").empty());
  // Said on purpose.
  CHECK(found(".") == user.Path("work/tool"));
  CHECK(found("", "./tool") == user.Path("work/tool"));
  CHECK(found("", "../c/tool") == user.Path("c/tool"));
  CHECK(found("", "./none").empty());
  CHECK(found(user.Path("c"), "").empty());
}

TEST_CASE("Katra's own programs are taken from beside this one before PATH") {
  TestUser user;
  user.Write("other/katra_gateway", "#!/bin/sh\n", 0700);
  user.environment["PATH"] = user.Path("other");
  CHECK(FindOwnProgram(user.Make(), "katra_gateway") == user.Path("other/katra_gateway"));
  user.Install("katra_gateway", "exit 0");
  CHECK(FindOwnProgram(user.Make(), "katra_gateway") == user.Path("bin/katra_gateway"));
  CHECK(FindOwnProgram(user.Make(), "katra_mcp_server").empty());
}

}  // namespace
}  // namespace katra::cli::testing
