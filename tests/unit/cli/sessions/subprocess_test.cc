// Another program, run to its end: what it said, how it ended, and that it cannot keep us.
#include "cli/sessions/subprocess.h"

#include "core/process.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

constexpr std::chrono::seconds kPatience{60};

ProcessSpec Shell(const std::string& script, const Environment& environment = {}) {
  return {"/bin/sh", {"-c", script, "name", "one", "t w o", ""}, environment, "/"};
}

TEST_CASE("a program gets its arguments, its whole environment, its folder, and no input") {
  const auto run =
      RunProcess(Shell("printf '%s,' \"$@\"; pwd; env | grep ^ONLY; cat; echo err >&2; exit 7",
                       {{"ONLY", "a=b"}}),
                 kPatience);
  REQUIRE(run);
  CHECK(run->out == "one,t w o,,/\nONLY=a=b\n");
  CHECK(run->err == "err\n");
  CHECK(run->exit_code == 7);
  setenv("OF_THE_TEST", "1", 1);
  CHECK(RunProcess({"/usr/bin/env", {}, {{"A", "b"}}, {}}, kPatience)->out == "A=b\n");
}

TEST_CASE("much on both streams is read whole") {
  const auto run =
      RunProcess(Shell("i=0; while [ $i -lt 4000 ]; do echo 0123456789012345678901234; "
                       "echo 0123456789012345678901234 >&2; i=$((i+1)); done"),
                 kPatience);
  REQUIRE(run);
  CHECK(run->out.size() == 4000 * 26);
  CHECK(run->err.size() == 4000 * 26);
}

TEST_CASE("a program's input reaches it, however long, and whether or not it is read") {
  ProcessSpec cat = Shell("cat");
  cat.input = std::string(1'000'000, 'x') + "\n";
  CHECK(RunProcess(cat, kPatience)->out == cat.input);
  ProcessSpec deaf = Shell("exec 0<&-; echo done");
  deaf.input = cat.input;
  CHECK(RunProcess(deaf, kPatience)->out == "done\n");
  ProcessSpec gone = Shell("exit 3");
  gone.input = cat.input;
  CHECK(RunProcess(gone, kPatience)->exit_code == 3);
}

TEST_CASE("a signal's end is told as shells tell it") {
  CHECK(RunProcess(Shell("kill -9 $$"), kPatience)->exit_code == 137);
}

TEST_CASE("what cannot be started is told") {
  TestUser user;
  user.Write("bin/odd", "#!/not/there\n", 0700);
  for (const std::string& program : {std::string("/not/there"), user.Path("bin/odd")}) {
    const auto run = RunProcess({program, {}, {}, {}}, kPatience);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::kUnavailable);
    CHECK(Contains(run.error().message, program + " cannot be started"));
  }
}

TEST_CASE("a program that does not end is killed when the time is up") {
  TestUser user;
  REQUIRE(mkfifo(user.Path("pipe").c_str(), 0600) == 0);
  // Nobody ever writes there.
  const auto run =
      RunProcess(Shell("exec cat " + user.Path("pipe")), std::chrono::milliseconds(50));
  REQUIRE_FALSE(run);
  CHECK(run.error().code == ErrorCode::kDeadlineExceeded);
  CHECK(Contains(run.error().message, "/bin/sh did not end within 50 ms"));
}

}  // namespace
}  // namespace katra::cli::testing
