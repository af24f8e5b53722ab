// A program handed over through a private socket: arguments and environment arrive as they are, no
// file is left, and whoever comes late or goes early is told of.
#include "cli/sessions/handoff.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/process.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A process that becomes what it is given; it ends with 99 when it does not.
pid_t Receive(const std::string& path, const Environment& environment) {
  const pid_t child = fork();
  if (child == 0) {
    const Error failed = ReceiveAndRun(path, environment);
    _exit(failed.message.empty() ? 98 : 99);
  }
  return child;
}

int ExitOf(pid_t child) {
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Status Nothing(int64_t pid) {
  CHECK(pid > 0);
  return {};
}

TEST_CASE("the receiver becomes the program, with its words, variables and folder") {
  TestUser user;
  auto handoff = Handoff::Open();
  REQUIRE(handoff);
  const std::string folder = (*handoff)->path().substr(0, (*handoff)->path().rfind('/'));
  struct stat found {};
  REQUIRE(stat(folder.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0700U);
  const pid_t child = Receive((*handoff)->path(), {{"TERM", "screen"}, {"LEFT", "out"}});
  ProcessSpec spec;
  spec.program = "/bin/sh";
  spec.arguments = {"-c",
                    "{ pwd; printf '%s|' \"$@\"; env; } >" + user.Path("seen") + "; exit 7",
                    "sh",
                    "one",
                    "t w\no",
                    "",
                    std::string(100'000, 'x')};
  spec.environment = {{"KEY", "sk-secret\nline"}, {"TERM", "dumb"}};
  spec.folder = user.Path("work");
  int64_t started = 0;
  const Status given = (*handoff)->Give(spec, seconds(30), [&](int64_t pid) -> Status {
    started = pid;
    CHECK_FALSE(user.Has("seen"));
    return {};
  });
  CHECK(given);
  CHECK(started == child);
  CHECK(ExitOf(child) == 7);
  const std::string seen = user.Read("seen");
  CHECK(seen.starts_with(user.Path("work") + "\none|t w\no||xxx"));
  CHECK(Contains(seen, "KEY=sk-secret\nline\n"));
  CHECK(Contains(seen, "TERM=screen\n"));
  CHECK_FALSE(Contains(seen, "LEFT"));
  handoff->reset();
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a program that cannot be started is told to the giver") {
  auto handoff = Handoff::Open();
  REQUIRE(handoff);
  const pid_t child = Receive((*handoff)->path(), {});
  const Status given = (*handoff)->Give({"/not/there", {}, {}, {}}, seconds(30), Nothing);
  REQUIRE_FALSE(given);
  CHECK(given.error().code == ErrorCode::kUnavailable);
  CHECK(Contains(given.error().message, "/not/there cannot be started"));
  CHECK(ExitOf(child) == 99);
}

TEST_CASE("a start that cannot be written down does not happen") {
  TestUser user;
  auto handoff = Handoff::Open();
  REQUIRE(handoff);
  const pid_t child = Receive((*handoff)->path(), {});
  const Status given = (*handoff)->Give(
      {"/bin/sh", {"-c", "echo >" + user.Path("seen")}, {}, {}}, seconds(30),
      [](int64_t) -> Status { return Fail(ErrorCode::kResourceExhausted, "the disk is full"); });
  REQUIRE_FALSE(given);
  CHECK(Contains(given.error().message, "the disk is full"));
  handoff->reset();
  CHECK(ExitOf(child) == 99);
  CHECK_FALSE(user.Has("seen"));
}

TEST_CASE("nobody is waited for longer than is said") {
  auto handoff = Handoff::Open();
  REQUIRE(handoff);
  const Status given = (*handoff)->Give({"/bin/true", {}, {}, {}}, milliseconds(1), Nothing);
  REQUIRE_FALSE(given);
  CHECK(given.error().code == ErrorCode::kDeadlineExceeded);
}

TEST_CASE("where nobody gives, nothing is run") {
  const Error failed = ReceiveAndRun("/not/there/socket", {});
  CHECK_FALSE(failed.message.empty());
}

}  // namespace
}  // namespace katra::cli::testing
