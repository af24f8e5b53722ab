// katra config: shows, checks and edits in a home of the test's own.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli {
namespace {

using katra::testing::TempHome;
using testing::Contains;
using testing::Outcome;
using testing::RunCli;
using testing::Setting;

constexpr const char* kPersonas =
    "{\n  \"default_provider\": \"openai\",\n  \"personas\": {\n    \"Sam\": {\"model\": "
    "\"gpt-4-turbo\"}\n  }\n}\n";

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}
std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}
bool Exists(const std::string& path) {
  struct stat info = {};
  return lstat(path.c_str(), &info) == 0;
}
std::string Personas(const TempHome& home) { return home.File("router/personas.json"); }

void Put(const TempHome& home, const std::string& text) {
  mkdir(home.File("router").c_str(), 0700);
  Write(Personas(home), text);
}

// An editor that writes `text`.
Setting Editor(const TempHome& home, const std::string& text) {
  Write(home.File("new"), text);
  Setting setting;
  setting.environment = {{"EDITOR", "cp '" + home.File("new") + "'"}, {"PATH", "/usr/bin:/bin"}};
  return setting;
}

TEST_CASE("config show tells each value and where it was said") {
  const TempHome home;
  Put(home, kPersonas);
  Write(home.File("providers.conf"), "OPENAI_ENDPOINT=http://127.0.0.1:9/v1\n");
  Setting setting;
  setting.environment = {{"OPENAI_API_KEY", "sk-very-secret"}};
  const Outcome shown = RunCli(home, {"config", "show", "--origin"}, setting);
  CHECK(shown.code == 0);
  CHECK(Contains(shown.out, "personas.Sam.model"));
  CHECK(Contains(shown.out, Personas(home) + ":4"));
  CHECK(Contains(shown.out, home.File("providers.conf") + ":1"));
  CHECK(Contains(shown.out, "OPENAI_API_KEY (set)"));
  CHECK_FALSE(Contains(shown.out, "sk-very-secret"));
  const Outcome json = RunCli(home, {"config", "show", "--json"}, setting);
  CHECK(Contains(json.out, "\"key\": \"personas.Sam.provider\""));
}

TEST_CASE("config show names the providers that a login is passed to") {
  const TempHome home;
  Put(home, R"({"personas": {"Sam": {"provider": "own", "model": "m"}},
                "providers": {"own": {"api_base_url": "https://own.test", "pass_login": true}}})");
  const Outcome shown = RunCli(home, {"config", "show", "--json"});
  CHECK(Contains(shown.out, "\"key\": \"providers.own.pass_login\""));
  CHECK_FALSE(Contains(shown.out, "\"key\": \"providers.anthropic.pass_login\""));
}

TEST_CASE("config check names the line of what is wrong and exits with 2") {
  const TempHome home;
  CHECK(RunCli(home, {"config", "check"}).code == 0);
  CHECK(Exists(home.File("router/personas.json.example")));
  Put(home, "{\n\"default_provider\": \"opnai\"}");
  const Outcome checked = RunCli(home, {"config", "check"});
  CHECK(checked.code == 2);
  CHECK(Contains(checked.err, Personas(home) + ":2: $.default_provider:"));
  CHECK(Contains(checked.err, "did you mean \"openai\"?"));
  const Outcome other = RunCli(home, {"config", "check", "absent.json"});
  CHECK(other.code == 3);
}

TEST_CASE("config edit puts a right copy into the file's place, mode 0600") {
  const TempHome home;
  Put(home, "{}");
  const Outcome edited = RunCli(home, {"config", "edit"}, Editor(home, kPersonas));
  CHECK(edited.code == 0);
  CHECK(Read(Personas(home)) == kPersonas);
  struct stat info = {};
  REQUIRE(stat(Personas(home).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
  CHECK_FALSE(Exists(Personas(home) + ".edited"));
}

TEST_CASE(
    "config edit keeps the file when the copy is wrong, and goes on with the copy next time") {
  const TempHome home;
  Put(home, "{}");
  const Outcome edited = RunCli(home, {"config", "edit"}, Editor(home, "{\n,}"));
  CHECK(edited.code == 2);
  CHECK(Contains(edited.err, Personas(home) + ":2:"));
  CHECK(Read(Personas(home)) == "{}");
  CHECK(Read(Personas(home) + ".edited") == "{\n,}");
  const Outcome again = RunCli(home, {"config", "edit"}, Editor(home, kPersonas));
  CHECK(again.code == 0);
  CHECK(Read(Personas(home)) == kPersonas);
}

TEST_CASE("config edit changes nothing when the editor fails or saves nothing") {
  const TempHome home;
  Put(home, "{}");
  Setting setting;
  setting.environment = {{"EDITOR", "false"}, {"PATH", "/usr/bin:/bin"}};
  CHECK(RunCli(home, {"config", "edit"}, setting).code != 0);
  setting.environment["EDITOR"] = "true";
  CHECK(RunCli(home, {"config", "edit"}, setting).code == 0);
  CHECK(Read(Personas(home)) == "{}");
  CHECK_FALSE(Exists(Personas(home) + ".edited"));
}

TEST_CASE("config edit --providers makes providers.conf when there is none") {
  const TempHome home;
  const Outcome edited =
      RunCli(home, {"config", "edit", "--providers"}, Editor(home, "DEFAULT_PROVIDER=deepseek\n"));
  CHECK(edited.code == 0);
  CHECK(Read(home.File("providers.conf")) == "DEFAULT_PROVIDER=deepseek\n");
}

}  // namespace
}  // namespace katra::cli
