// What Gemini CLI is started with: a file of settings, and variables.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/clients/handed.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using Json = nlohmann::json;

AgentLaunch Launched(const Handover& handover) { return GeminiCli().launch(handover); }

TEST_CASE("where Gemini CLI goes, with which key and which model") {
  CheckChanged(Launched(HandoverFor("gemini", Plain("", "GEMINI_API_KEY"))),
               {"GEMINI_API_KEY as it was", "GOOGLE_GEMINI_BASE_URL as it was",
                "GEMINI_MODEL as it was", "GEMINI_CLI_NO_RELAUNCH=true"});
  CheckChanged(Launched(HandoverFor("gemini", Plain("https://own.test", "SAMS_KEY"), "gemini-9")),
               {"!GEMINI_API_KEY=$SAMS_KEY", "GOOGLE_GEMINI_BASE_URL=https://own.test",
                "GEMINI_MODEL=gemini-9"});
}

TEST_CASE("its file of settings holds the server and hooks, and no secret") {
  Handover handover = HandoverFor("gemini", Plain("", "SAMS_KEY"));
  const AgentLaunch launch = Launched(handover);
  CHECK(launch.settings_variable == "GEMINI_CLI_SYSTEM_DEFAULTS_PATH");
  const Json settings = Json::parse(launch.settings);
  const Json& server = settings["mcpServers"]["katra"];
  CHECK(server["command"] == "/opt/ka tra/katra_mcp_server");
  CHECK(server["env"]["KATRA_PERSONA"] == "Sam");
  CHECK(server["trust"] == true);
  CHECK(settings["hooks"].size() == 6);
  CHECK(settings["hooks"]["SessionStart"][0]["hooks"][0]["command"] ==
        "'/opt/ka tra/katra' hook session-start --client gemini");
  CHECK(settings["hooks"]["AfterAgent"][0]["hooks"][0]["command"] ==
        "'/opt/ka tra/katra' hook stop --client gemini");
  CHECK(settings["adminPolicyPaths"] == Json::array({handover.home + "/clients/gemini"}));
  REQUIRE(launch.files.size() == 1);
  CHECK(launch.files[0].path == handover.home + "/clients/gemini/katra.toml");
  CHECK(launch.files[0].text.find("commandPrefix = \"'/opt/ka tra/katra' wait --client gemini\"") !=
        std::string::npos);
}

TEST_CASE("a conversation is named, unless a subcommand is asked for that knows no such option") {
  using Words = std::vector<std::string>;
  Handover handover = HandoverFor("gemini", Plain());
  handover.own = {"-i", "hello"};
  CHECK(Launched(handover).arguments == Words{"-i", "hello"});
  handover.conversation = "0198-c";
  CHECK(Launched(handover).arguments == Words{"--session-id", "0198-c", "-i", "hello"});
  handover.resume = true;
  CHECK(Launched(handover).arguments == Words{"--resume", "0198-c", "-i", "hello"});
  for (const char* word : {"mcp", "extensions", "skills", "hooks", "gemma"}) {
    handover.own = {word, "list"};
    CHECK(Launched(handover).arguments == Words{word, "list"});
  }
}

TEST_CASE("a conversation is kept when a chat of it is among the projects") {
  TestUser user;
  const Agent agent = GeminiCli();
  const std::string id = "0198abcd-1234-7000-8000-000000000000";
  CHECK_FALSE(agent.keeps(user.Path("user"), "", id));
  user.Write("user/.gemini/tmp/p1/chats/session-2026-11-21-0198abcd.json", "{}");
  CHECK(agent.keeps(user.Path("user"), "", id));
  CHECK_FALSE(agent.keeps(user.Path("user"), "", "0198abce-1234"));
  CHECK_FALSE(agent.keeps(user.Path("user"), user.Path("own"), id));
}

}  // namespace
}  // namespace katra::cli::testing
