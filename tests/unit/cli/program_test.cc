// The command line as a whole: help, versions, and what cannot be understood.
#include "cli/program.h"

#include "cli/exit_codes.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {
namespace {

using katra::testing::TempHome;

TEST_CASE("without a command the program tells which there are") {
  const TempHome home;
  const Outcome outcome = RunCli(home, {});
  CHECK(outcome.code == kExitOk);
  CHECK(Contains(outcome.out, "Usage: katra [OPTIONS] COMMAND"));
  CHECK(Contains(outcome.out, "Sessions:\n"));
  CHECK(Contains(outcome.out, "  list  "));
  CHECK(outcome.err.empty());
}

TEST_CASE("help of a command is the same by either way of asking") {
  const TempHome home;
  const Outcome flag = RunCli(home, {"list", "--help"});
  const Outcome word = RunCli(home, {"help", "list"});
  CHECK(flag.code == kExitOk);
  CHECK(flag.out == word.out);
  CHECK(Contains(flag.out, "Usage: katra list [OPTIONS]"));
  CHECK(Contains(flag.out, "--json"));
}

TEST_CASE("the version names the program as it was called") {
  const TempHome home;
  CHECK(RunCli(home, {"--version"}).out == "katra 1.2.3\n");
  Setting setting;
  setting.program = "k";
  CHECK(RunCli(home, {"--version"}, setting).out == "k 1.2.3\n");
}

TEST_CASE("a word that is no command is answered with the nearest ones") {
  const TempHome home;
  const Outcome outcome = RunCli(home, {"lisst"});
  CHECK(outcome.code == kExitUsage);
  CHECK(outcome.err ==
        "katra: unknown command \"lisst\"; did you mean list?\n"
        "Try `katra --help`.\n");
  CHECK(outcome.out.empty());
}

TEST_CASE("an unknown option is answered with the nearest one, and where to find help") {
  const TempHome home;
  const Outcome outcome = RunCli(home, {"list", "--jsno"});
  CHECK(outcome.code == kExitUsage);
  CHECK(outcome.err ==
        "katra: unknown option \"--jsno\"; did you mean --json?\n"
        "Try `katra list --help`.\n");
}

TEST_CASE("what was not understood cannot write on the terminal by itself") {
  const TempHome home;
  const Outcome outcome = RunCli(home, {"\x1b[31mred"});
  CHECK(outcome.code == kExitUsage);
  CHECK(!Contains(outcome.err, "\x1b"));
}

TEST_CASE("a home that cannot be used is told with the error's own exit code") {
  const TempHome home;
  Setting setting;
  setting.environment["KATRA_HOME"] = "/dev/null/katra";
  const Outcome outcome = RunCli(home, {"list"}, setting);
  CHECK(outcome.code != kExitOk);
  CHECK(outcome.code < kExitUsage);
  CHECK(Contains(outcome.err, "/dev/null/katra"));
}

TEST_CASE("a list of no sessions says how to start one") {
  const TempHome home;
  CHECK(Contains(RunCli(home, {"list"}).out, "katra start"));
  CHECK(RunCli(home, {"list", "--json"}).out == "{\n  \"sessions\": []\n}\n");
}

}  // namespace
}  // namespace katra::cli::testing
