// The command line and the environment, before anything is opened.
#include "mcp_server/launch_options.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

// Sets a variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

LaunchOutcome Parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "katra_mcp_server");
  return ParseLaunchOptions(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("without options the session is a guest's, in the user's own home") {
  const Variable home("HOME", "/users/sam");
  const LaunchOutcome outcome = Parse({});
  REQUIRE(outcome.run);
  CHECK(outcome.options.persona.empty());
  CHECK(outcome.options.home == "/users/sam/.katra");
  CHECK_FALSE(outcome.options.legacy);
  CHECK(outcome.options.log_level == LogLevel::kWarning);
}

TEST_CASE("every option is taken from the command line") {
  const LaunchOutcome outcome = Parse({"--persona", "Sam", "--role", "the tester", "--room", "dev",
                                       "--provider", "openai", "--model", "gpt-4-turbo", "--home",
                                       "/data/katra", "--legacy", "--log-level", "debug"});
  REQUIRE(outcome.run);
  CHECK(outcome.options.persona == "Sam");
  CHECK(outcome.options.role == "the tester");
  CHECK(outcome.options.room == "dev");
  CHECK(outcome.options.provider == "openai");
  CHECK(outcome.options.model == "gpt-4-turbo");
  CHECK(outcome.options.home == "/data/katra");
  CHECK(outcome.options.legacy);
  CHECK(outcome.options.log_level == LogLevel::kDebug);
}

TEST_CASE("channels are of the handshake era only") {
  CHECK_FALSE(Parse({}).options.channels);
  const LaunchOutcome outcome = Parse({"--channels"});
  CHECK(outcome.options.channels);
  CHECK(outcome.options.legacy);
}

TEST_CASE("an argument wins over its variable, and an empty variable is as unset") {
  const Variable persona("KATRA_PERSONA", "Dario");
  const Variable room("KATRA_ROOM", "");
  const Variable home("KATRA_HOME", "/data/katra");
  const Variable legacy("KATRA_MCP_LEGACY", "1");
  CHECK(Parse({}).options.persona == "Dario");
  CHECK(Parse({"--persona", "Sam"}).options.persona == "Sam");
  CHECK(Parse({}).options.room.empty());
  CHECK(Parse({}).options.home == "/data/katra");
  CHECK(Parse({}).options.legacy);
}

TEST_CASE("legacy is off when its variable says so, or nothing") {
  for (const char* off : {"", "0", "false"}) {
    const Variable legacy("KATRA_MCP_LEGACY", off);
    const LaunchOutcome outcome = Parse({});
    REQUIRE(outcome.run);
    CHECK_FALSE(outcome.options.legacy);
  }
}

TEST_CASE("M3 a tilde in the home is expanded, and a relative home refused") {
  const Variable user("HOME", "/home/ada");
  for (const char* given : {"~/.katra", "/home/./ada/x/../.katra/"}) {
    const LaunchOutcome option = Parse({"--home", given});
    REQUIRE(option.run);
    CHECK(option.options.home == "/home/ada/.katra");
    const Variable home("KATRA_HOME", given);
    REQUIRE(Parse({}).run);
    CHECK(Parse({}).options.home == "/home/ada/.katra");
  }
  for (const char* given : {"some/katra", "./.katra", "$HOME/.katra", "~ada/.katra"}) {
    const Variable home("KATRA_HOME", given);
    const LaunchOutcome outcome = Parse({});
    CHECK_FALSE(outcome.run);
    CHECK(outcome.exit_code == 2);
    CHECK(Contains(outcome.text, "/home/ada/.katra"));
  }
}

TEST_CASE("a wrong value ends the process with what is allowed") {
  const std::string long_role(201, 'r');
  const std::vector<std::pair<std::vector<const char*>, std::string>> wrong = {
      {{"--persona", "../x"}, "is not a persona name: use 1 to 64 letters"},
      {{"--persona", "a b"}, "is not a persona name"},
      {{"--room", "../x"}, "is not a room name"},
      {{"--role", long_role.c_str()}, "at most 200 bytes"},
      {{"--role", "\xff"}, "UTF-8"},
      {{"--log-level", "loud"}, "debug, info, warning, error or off"},
      {{"--no-such-option"}, "--no-such-option"},
      {{"--persona"}, "--persona"},
  };
  for (const auto& [arguments, words] : wrong) {
    CAPTURE(words);
    const LaunchOutcome outcome = Parse(arguments);
    CHECK_FALSE(outcome.run);
    CHECK(outcome.exit_code == 2);
    CHECK(Contains(outcome.text, words));
    CHECK(Contains(outcome.text, "--help"));
  }
  const Variable persona("KATRA_PERSONA", "../x");
  CHECK(Parse({}).exit_code == 2);
}

TEST_CASE("help and version are told, and nothing is run") {
  const LaunchOutcome help = Parse({"--help"});
  CHECK_FALSE(help.run);
  CHECK(help.exit_code == 0);
  for (const char* option : {"--persona", "KATRA_PERSONA", "--legacy", "KATRA_LOG_LEVEL"}) {
    CHECK(Contains(help.text, option));
  }
  const LaunchOutcome version = Parse({"--version"});
  CHECK_FALSE(version.run);
  CHECK(version.exit_code == 0);
  CHECK(version.text == "katra_mcp_server 1.2.3\n");
}

}  // namespace
}  // namespace katra::mcp
