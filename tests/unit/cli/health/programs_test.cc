// katra doctor on programs: missing, too old, of another installation, or deaf.
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/health/findings.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

class Machine : public TestUser {
 public:
  Machine() {
    environment["PATH"] = Path("bin");
    Install("katra", "exit 0");
    Prints("katra_mcp_server", "katra_mcp_server 1.2.3");
  }
  void Prints(const std::string& name, const std::string& text) {
    Install(name, "echo '" + text + "'");
  }
  Finding Of(const std::string& subject) { return FindingOf(CheckPrograms(Make()), subject); }
};

TEST_CASE("a client's version is the first that it prints, and one that is too old is told") {
  struct Case {
    const char* printed;
    Health health;
    const char* text;
  };
  const Case cases[] = {
      {"2.1.0 (Claude Code)", Health::kGood, "2.1.0 at "},
      {"claude v2 build 2.10.3", Health::kGood, "2.10.3 at "},
      {"10.0.0", Health::kGood, "10.0.0 at "},
      {"2.0.99 (Claude Code)", Health::kWarning,
       "2.0.99 is too old: its hooks and options need 2.1.0"},
      {"1.99.99", Health::kWarning, "is too old"},
      {"no version at all", Health::kWarning, "0.0.0 is too old"},
  };
  for (const Case& one : cases) {
    INFO(one.printed);
    Machine machine;
    machine.Prints("claude", one.printed);
    const Finding finding = machine.Of("Claude Code");
    CHECK(finding.health == one.health);
    CHECK(Contains(finding.text, one.text));
    CHECK(finding.advice.empty() == (one.health == Health::kGood));
  }
}

TEST_CASE("a client that is not there is a note, and none at all a warning") {
  Machine machine;
  CHECK(machine.Of("Codex").health == Health::kNote);
  CHECK(machine.Of("Codex").advice == "to use it: npm install -g @openai/codex");
  CHECK(machine.Of("clients").health == Health::kWarning);
  CHECK(Contains(machine.Of("clients").text, "no coding agent is installed"));
  machine.Prints("codex", "codex-cli 0.50.0");
  CHECK(machine.Of("Codex").health == Health::kGood);
  CHECK(machine.Of("clients").text == "(no such finding)");
}

TEST_CASE("a client that fails, or cannot be started, is a warning with how to mend it") {
  Machine machine;
  machine.Install("claude", "echo broken; exit 3");
  CHECK(machine.Of("Claude Code").health == Health::kWarning);
  CHECK(Contains(machine.Of("Claude Code").text, "does not print its version"));
  machine.Write("bin/claude", "#!/not/there\n", 0700);
  CHECK(machine.Of("Claude Code").health == Health::kWarning);
  CHECK(Contains(machine.Of("Claude Code").advice, "npm install -g @anthropic-ai/claude-code"));
}

TEST_CASE("the server must be there, and of this version") {
  Machine machine;
  CHECK(machine.Of("server").health == Health::kGood);
  machine.Prints("katra_mcp_server", "katra_mcp_server 1.2.2");
  CHECK(machine.Of("server").health == Health::kWarning);
  CHECK(Contains(machine.Of("server").text, "another version (katra_mcp_server 1.2.2, not"));
  std::filesystem::remove(machine.Path("bin/katra_mcp_server"));
  CHECK(machine.Of("server").health == Health::kBad);
  CHECK(machine.Of("server").exit_code == 6);
}

TEST_CASE("a second installation is told, and a link to the first is none") {
  Machine machine;
  machine.environment["PATH"] = machine.Path("bin") + ":" + machine.Path("other");
  mkdir(machine.Path("other").c_str(), 0700);
  std::filesystem::create_symlink(machine.Path("bin/katra"), machine.Path("other/katra"));
  CHECK(machine.Of("installation").health == Health::kGood);
  std::filesystem::remove(machine.Path("other/katra"));
  machine.Write("other/katra", "#!/bin/sh\n", 0700);
  CHECK(machine.Of("installation").health == Health::kWarning);
  CHECK(Contains(machine.Of("installation").text, machine.Path("other/katra")));
}

TEST_CASE("without tmux there are no background sessions") {
  Machine machine;
  CHECK(machine.Of("tmux").health == Health::kWarning);
  machine.Install("tmux", "exit 0");
  CHECK(machine.Of("tmux").health == Health::kGood);
}

}  // namespace
}  // namespace katra::cli::testing
