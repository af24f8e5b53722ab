// katra install and uninstall in each client's file: one entry changes, and nothing else does.
#include "cli/clients/registration.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cli/clients/client_folders.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using Json = nlohmann::json;

class Installer : public TestUser {
 public:
  Installer() { Install("katra_mcp_server", "exit 0"); }
};

struct Place {
  const char* client;
  const char* file;          // below the user's home
  const char* project_file;  // below the project
  std::vector<std::string> path;
  const char* before;  // with comments, an unknown member and another server
};

const Place kPlaces[] = {
    {"claude",
     "user/.claude.json",
     "work/.mcp.json",
     {"mcpServers", "katra"},
     "{\n  \"numStartups\": 7,\n  \"mcpServers\": {\"other\": {\"command\": \"x\"}}\n}\n"},
    {"gemini",
     "user/.gemini/settings.json",
     "work/.gemini/settings.json",
     {"mcpServers", "katra"},
     "{\n  // mine\n  \"theme\": \"dark\"\n}\n"},
    {"opencode",
     "user/.config/opencode/opencode.json",
     "work/opencode.json",
     {"mcp", "katra"},
     "{\"theme\": \"dark\", /* mine */ \"mcp\": {\"other\": {\"type\": \"local\"}}}"},
    {"cursor",
     "user/.cursor/mcp.json",
     "work/.cursor/mcp.json",
     {"mcpServers", "katra"},
     "{\r\n\t\"mcpServers\": {}\r\n}\r\n"},
    {"vscode",
     "user/.config/Code/User/mcp.json",
     "work/.vscode/mcp.json",
     {"servers", "katra"},
     "{\"inputs\": [], \"servers\": {}}"},
};

Json At(Json value, const std::vector<std::string>& path) {
  for (const std::string& member : path) value = value.value(member, Json());
  return value;
}

TEST_CASE("an entry is put into a file that keeps all else and its mode, and taken out again") {
  for (const Place& place : kPlaces) {
    INFO(place.client);
    Installer user;
    user.Write(place.file, place.before, 0644);
    const Outcome installed = user.Run({"install", "--client", place.client, "--scope", "user"});
    INFO(installed.err);
    REQUIRE(installed.code == 0);
    const std::string after = user.Read(place.file);
    CHECK(user.Mode(place.file) == 0644);
    Json value = Json::parse(after, nullptr, true, true);
    const Json entry = At(value, place.path);
    const Json command = entry["command"];
    CHECK((command.is_array() ? command[0] : command) == user.Path("bin/katra_mcp_server"));
    // Of what was there nothing is missing: without the entry it is the same.
    const std::string list = place.path.front();
    value[list].erase("katra");
    // Gemini CLI's hooks stand in the same file.
    CHECK(value.contains("hooks") == (std::string(place.client) == "gemini"));
    value.erase("hooks");
    Json before = Json::parse(place.before, nullptr, true, true);
    if (!before.contains(list)) before[list] = Json::object();
    CHECK(value == before);
    CHECK(Contains(after, "// mine") == Contains(place.before, "// mine"));
    CHECK(Contains(after, "/* mine */") == Contains(place.before, "/* mine */"));
    // A second time there is nothing to do.
    REQUIRE(user.Run({"install", "--client", place.client, "--scope", "user"}).code == 0);
    CHECK(user.Read(place.file) == after);
    REQUIRE(user.Run({"uninstall", "--client", place.client, "--scope", "user"}).code == 0);
    CHECK(At(Json::parse(user.Read(place.file), nullptr, true, true), place.path) == Json());
    CHECK(user.Mode(place.file) == 0644);
  }
}

TEST_CASE("Codex's file is TOML, and keeps its comments and tables") {
  Installer user;
  const std::string before =
      "# mine\nmodel = \"gpt-5\"\n\n[mcp_servers.other]\ncommand = \"x\" # keep\n";
  user.Write("user/.codex/config.toml", before, 0640);
  REQUIRE(user.Run({"install", "--client", "codex"}).code == 0);
  const std::string after = user.Read("user/.codex/config.toml");
  CHECK(after.starts_with(before));
  CHECK(Contains(after, "[mcp_servers.katra]\ncommand = \"" + user.Path("bin/katra_mcp_server")));
  CHECK(Contains(after,
                 "env_vars = [\"KATRA_PERSONA\", \"KATRA_PROVIDER\", \"KATRA_MODEL\", "
                 "\"KATRA_ROLE\", \"KATRA_ROOM\"]"));
  CHECK(user.Mode("user/.codex/config.toml") == 0640);
  REQUIRE(user.Run({"uninstall", "--client", "codex"}).code == 0);
  CHECK_FALSE(Contains(user.Read("user/.codex/config.toml"), "katra"));
  CHECK(Contains(user.Read("user/.codex/config.toml"), "command = \"x\" # keep"));
}

TEST_CASE("a damaged file is refused, and no byte of it or beside it changes") {
  struct Case {
    const char* client;
    const char* file;
    const char* text;
  };
  const Case cases[] = {
      {"claude", "user/.claude.json", "{\"mcpServers\": {"},
      {"claude", "user/.claude.json", "[]"},
      {"claude", "user/.claude.json", "{\"mcpServers\": []}"},
      {"cursor", "user/.cursor/mcp.json", "{\"mcpServers\": {}} trailing"},
      {"codex", "user/.codex/config.toml", "model = \n"},
      {"codex", "user/.codex/config.toml", "[mcp_servers]\nkatra = { command = \"x\" }\n"},
  };
  for (const Case& one : cases) {
    for (const char* command : {"install", "uninstall"}) {
      INFO(command << " " << one.client << " " << one.text);
      Installer user;
      user.Write(one.file, one.text, 0644);
      const std::string folder = std::string(one.file).substr(0, std::string(one.file).rfind('/'));
      const size_t files = user.Files(folder).size();
      const Outcome outcome = user.Run({command, "--client", one.client});
      // There is nothing to take out of what holds no list of servers.
      const bool nothing = std::string(command) == "uninstall" && outcome.code == 0;
      if (!nothing) {
        CHECK(outcome.code == 2);
        CHECK(Contains(outcome.err, user.Path(one.file)));
      }
      CHECK(user.Read(one.file) == one.text);
      CHECK(user.Mode(one.file) == 0644);
      CHECK(user.Files(folder).size() == files);
    }
  }
}

TEST_CASE("a project's file is written within the project alone") {
  for (const Place& place : kPlaces) {
    INFO(place.client);
    Installer user;
    const Outcome outcome = user.Run({"install", "--client", place.client, "--scope", "project"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(user.Has(place.project_file));
    CHECK_FALSE(user.Has(place.file));
  }
  Installer user;
  user.Write("outside/keep", "x");
  REQUIRE(symlink(user.Path("outside").c_str(), user.Path("work/.cursor").c_str()) == 0);
  const Outcome outcome = user.Run({"install", "--client", "cursor", "--scope", "project"});
  CHECK(outcome.code == 5);
  CHECK(Contains(outcome.err, "is a link"));
  CHECK(user.Files("outside") == std::vector<std::string>{"keep"});
}

TEST_CASE("a dry run shows what it would do, and does nothing") {
  Installer user;
  user.Write("user/.claude.json", "{\"token\": \"sk-secret\"}\n");
  const Outcome outcome = user.Run({"install", "--client", "claude", "--dry-run"});
  CHECK(outcome.code == 0);
  CHECK(Contains(outcome.out, user.Path("bin/katra_mcp_server")));
  CHECK(user.Read("user/.claude.json") == "{\"token\": \"sk-secret\"}\n");
  CHECK(user.Files("user").size() == 1);
}

TEST_CASE("a client that is not known is answered with the nearest, and those that are") {
  Installer user;
  const Outcome outcome = user.Run({"install", "--client", "vscod"});
  CHECK(outcome.code == 3);
  CHECK(Contains(outcome.err, "did you mean vscode? Known are claude, codex, gemini, opencode"));
}

TEST_CASE("where a client keeps its files is what its own variables say") {
  TestUser user;
  const auto folders = [&user] { return FoldersOf(user.Make()); };
  CHECK(folders().config == user.Path("user/.config"));
  CHECK(folders().codex == user.Path("user/.codex"));
  user.environment["XDG_CONFIG_HOME"] = "/xdg";
  user.environment["CODEX_HOME"] = "/codex";
  CHECK(folders().config == "/xdg");
  CHECK(folders().codex == "/codex");
}

TEST_CASE("a client is there when its program or its folder is") {
  TestUser user;
  user.environment["PATH"] = user.Path("bin");
  const auto there = [&user](const char* name) {
    const Context context = user.Make();
    return IsThere(*FindClient(name, context), context);
  };
  CHECK_FALSE(there("claude"));
  user.Install("claude", "exit 0");
  CHECK(there("claude"));
  CHECK_FALSE(there("cursor"));
  user.Write("user/.cursor/x", "");
  CHECK(there("cursor"));
}

}  // namespace
}  // namespace katra::cli::testing
