// Which folders nobody else could have written in: a client takes orders from files there.
#include "cli/sessions/closed_folder.h"

#include <unistd.h>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

TEST_CASE("a folder is only as closed as all above it") {
  TestUser user;
  // Anybody may write in the temporary folder.
  CHECK_FALSE(OpenFolderAbove(user.Path("katra")).empty());
  CHECK(OpenFolderAbove("/").empty());
  CHECK(OpenFolderAbove("/usr/bin").empty());
  CHECK(OpenFolderAbove("/usr/not/there/yet").empty());
  if (geteuid() != 0) return;
  chmod(user.Path("work").c_str(), 0777);
  CHECK(OpenFolderAbove(user.Path("work/inner")) == user.Path("work"));
  chmod(user.Path("work").c_str(), 0770);
  CHECK(OpenFolderAbove(user.Path("work/inner")) == user.Path("work"));
}

TEST_CASE("a place of a closed folder is looked for, and none is better than an open one") {
  TestUser user;
  user.environment["XDG_RUNTIME_DIR"] = user.Path("work");
  const std::string found = ClosedFolder(user.Path("katra/run"), user.Make());
  CHECK_FALSE(found.starts_with(user.Path("")));
  if (geteuid() != 0) CHECK(found.empty());
  if (geteuid() == 0) CHECK(ClosedFolder("/usr/not/there", user.Make()) == "/usr/not/there");
}

TEST_CASE("a folder is made closed, and one that is there is left as it is") {
  TestUser user;
  REQUIRE(MakeClosedFolder(user.Path("work/a/b")));
  CHECK(user.Mode("work/a/b") == 0700);
  chmod(user.Path("work/a/b").c_str(), 0711);
  REQUIRE(MakeClosedFolder(user.Path("work/a/b")));
  CHECK(user.Mode("work/a/b") == 0711);
  CHECK(MakeClosedFolder("/dev/null/x").error().code == ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace katra::cli::testing
