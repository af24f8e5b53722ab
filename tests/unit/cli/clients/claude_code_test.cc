// What Claude Code is started with: where it goes, as whom, and that no login goes with it to
// anybody else.
#include <nlohmann/json.hpp>

#include "tests/unit/cli/clients/handed.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using Json = nlohmann::json;

AgentLaunch Launched(const Handover& handover) { return ClaudeCode().launch(handover); }

Json Settings(const AgentLaunch& launch) { return Json::parse(WordAfter(launch, "--settings")); }

TEST_CASE("where Claude Code goes, and which login it takes along") {
  struct Case {
    const char* name;
    Handover handover;
    std::vector<std::string> changed;
  };
  const std::string url = "http://127.0.0.1:12000";
  Handover with_headers = HandoverFor("anthropic", Gateway(true));
  with_headers.own_headers = "X-Team: a";
  const Case cases[] = {
      {"its maker, with its own login",
       HandoverFor("anthropic", Plain("", "", true)),
       {"ANTHROPIC_BASE_URL unset", "ANTHROPIC_API_KEY as it was", "ANTHROPIC_AUTH_TOKEN as it was",
        "CLAUDE_CODE_OAUTH_TOKEN as it was", "CLAUDE_CODE_USE_BEDROCK as it was"}},
      {"its maker, with a key",
       HandoverFor("anthropic", Plain("", "SAMS_KEY", true)),
       {"ANTHROPIC_BASE_URL unset", "!ANTHROPIC_API_KEY=$SAMS_KEY",
        "CLAUDE_CODE_OAUTH_TOKEN as it was"}},
      {"an address that its user set for it",
       HandoverFor("anthropic", Plain("https://proxy.test", "", true)),
       {"ANTHROPIC_BASE_URL=https://proxy.test", "CLAUDE_CODE_OAUTH_TOKEN as it was",
        "ANTHROPIC_AUTH_TOKEN as it was"}},
      {"another provider, with its key",
       HandoverFor("deepseek", Plain("https://api.deepseek.com", "DEEPSEEK_API_KEY")),
       {"ANTHROPIC_BASE_URL=https://api.deepseek.com", "!ANTHROPIC_API_KEY=$DEEPSEEK_API_KEY",
        "ANTHROPIC_AUTH_TOKEN unset", "CLAUDE_CODE_OAUTH_TOKEN unset",
        "CLAUDE_CODE_USE_BEDROCK unset", "CLAUDE_CODE_USE_VERTEX unset",
        "CLAUDE_CODE_USE_FOUNDRY unset"}},
      {"another provider that asks for no key",
       HandoverFor("vllm", Plain("http://127.0.0.1:8000")),
       {"ANTHROPIC_API_KEY unset", "ANTHROPIC_AUTH_TOKEN=none", "CLAUDE_CODE_OAUTH_TOKEN unset",
        "CLAUDE_CODE_USE_BEDROCK unset"}},
      {"the gateway",
       HandoverFor("openai", Gateway(), "gpt-5"),
       {"ANTHROPIC_BASE_URL=" + url, std::string("!ANTHROPIC_AUTH_TOKEN=") + kToken,
        "ANTHROPIC_API_KEY unset", "CLAUDE_CODE_OAUTH_TOKEN unset", "CLAUDE_CODE_USE_VERTEX unset",
        "ANTHROPIC_CUSTOM_HEADERS as it was"}},
      {"the gateway, with its own login",
       HandoverFor("anthropic", Gateway(true)),
       {"ANTHROPIC_BASE_URL=" + url, "ANTHROPIC_AUTH_TOKEN unset", "ANTHROPIC_API_KEY unset",
        std::string("!ANTHROPIC_CUSTOM_HEADERS=x-katra-token: ") + kToken,
        "CLAUDE_CODE_OAUTH_TOKEN as it was", "CLAUDE_CODE_USE_BEDROCK unset"}},
      {"likewise, beside its user's headers",
       with_headers,
       {std::string("!ANTHROPIC_CUSTOM_HEADERS=X-Team: a\nx-katra-token: ") + kToken}},
      {"claude-code-router, which decides by persona",
       HandoverFor("openai", {RouteKind::kClaudeCodeRouter, url, "", false, false}),
       {std::string("!ANTHROPIC_AUTH_TOKEN=") + kToken, "ANTHROPIC_API_KEY unset",
        "ANTHROPIC_CUSTOM_HEADERS=x-katra-persona: Sam", "CLAUDE_CODE_OAUTH_TOKEN unset",
        "ANTHROPIC_DEFAULT_HAIKU_MODEL as it was"}},
      {"claude-code-router, which is told a model",
       HandoverFor("openai", {RouteKind::kClaudeCodeRouter, url, "", false, false}, "openai,gpt-5"),
       {"ANTHROPIC_SMALL_FAST_MODEL=openai,gpt-5", "ANTHROPIC_DEFAULT_HAIKU_MODEL=openai,gpt-5",
        "ANTHROPIC_DEFAULT_SONNET_MODEL=openai,gpt-5", "ANTHROPIC_DEFAULT_OPUS_MODEL=openai,gpt-5",
        "CLAUDE_CODE_SUBAGENT_MODEL=openai,gpt-5"}},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    const AgentLaunch launch = Launched(one.handover);
    CheckChanged(launch, one.changed);
    CHECK_FALSE(ShowsToken(launch));
  }
}

TEST_CASE("the settings of a session say the same as its environment, for they would win") {
  const AgentLaunch plain = Launched(HandoverFor("anthropic", Plain("", "", true)));
  CHECK(Settings(plain)["env"] == Json::object());
  Handover handover = HandoverFor("openai", Gateway(), "gpt-5");
  handover.cleared = {"ANTHROPIC_DEFAULT_OPUS_MODEL"};
  const AgentLaunch routed = Launched(handover);
  CHECK(Settings(routed)["env"] == Json{{"ANTHROPIC_BASE_URL", "http://127.0.0.1:12000"},
                                        {"ANTHROPIC_MODEL", "gpt-5"},
                                        {"ANTHROPIC_DEFAULT_OPUS_MODEL", ""}});
  CheckChanged(routed, {"ANTHROPIC_DEFAULT_OPUS_MODEL unset"});
  CHECK(WordAfter(routed, "--model") == "gpt-5");
}

TEST_CASE("Katra's server comes with the command line, and gets no login") {
  for (const bool own_login : {false, true}) {
    Handover handover = HandoverFor("anthropic", Gateway(own_login));
    handover.room = "attic";
    const Json server =
        Json::parse(WordAfter(Launched(handover), "--mcp-config"))["mcpServers"]["katra"];
    CHECK(server["command"] == "/opt/ka tra/katra_mcp_server");
    CHECK(server["args"] == Json::array());
    CHECK(server["env"]["KATRA_PERSONA"] == "Sam");
    CHECK(server["env"]["KATRA_HOME"] == "/home/sam/.katra");
    CHECK(server["env"]["KATRA_ROOM"] == "attic");
    CHECK(server["env"].contains("CLAUDE_CODE_OAUTH_TOKEN") == own_login);
    if (own_login) CHECK(server["env"]["CLAUDE_CODE_OAUTH_TOKEN"] == "");
  }
  Handover channels = HandoverFor("anthropic", Plain());
  channels.channels = true;
  const AgentLaunch launch = Launched(channels);
  CHECK(Json::parse(WordAfter(launch, "--mcp-config"))["mcpServers"]["katra"]["args"] ==
        Json::array({"--channels"}));
  CHECK(WordAfter(launch, "--dangerously-load-development-channels") == "server:katra");
}

TEST_CASE("each event has its hook, and a session that answers once has no wait") {
  Handover handover = HandoverFor("anthropic", Plain());
  const auto commands = [&handover](const char* event) {
    std::vector<std::string> found;
    const Json settings = Settings(Launched(handover));
    for (const Json& hook : settings["hooks"][event][0]["hooks"]) {
      found.push_back(hook["command"]);
    }
    return found;
  };
  using Commands = std::vector<std::string>;
  const std::string katra = "'/opt/ka tra/katra' ";
  CHECK(commands("SessionStart") == Commands{katra + "hook session-start", katra + "wait"});
  CHECK(commands("UserPromptSubmit") == Commands{katra + "hook prompt"});
  CHECK(commands("PreToolUse") == Commands{katra + "hook pre-tool"});
  CHECK(Settings(Launched(handover))["hooks"]["PreToolUse"][0]["matcher"] ==
        "Edit|Write|MultiEdit|NotebookEdit");
  CHECK(commands("PostToolUse") == Commands{katra + "hook post-tool"});
  CHECK(commands("Notification") == Commands{katra + "hook notification"});
  CHECK(commands("Stop") == Commands{katra + "hook stop", katra + "wait"});
  CHECK(commands("SessionEnd") == Commands{katra + "hook session-end"});
  for (const char* print : {"-p", "--print"}) {
    handover.own = {print, "what is this?"};
    CHECK(commands("SessionStart") == Commands{katra + "hook session-start"});
    CHECK(commands("Stop") == Commands{katra + "hook stop"});
  }
}

TEST_CASE("the user's own arguments come last, whatever they are") {
  Handover handover = HandoverFor("anthropic", Plain());
  handover.own = {"--model", "haiku", "a prompt; $(rm)", ""};
  handover.own_model = "default";
  const AgentLaunch launch = Launched(handover);
  REQUIRE(launch.arguments.size() > 4);
  CHECK(std::equal(handover.own.begin(), handover.own.end(), launch.arguments.end() - 4));
  CHECK(WordAfter(launch, "--model") == "default");
  // --mcp-config takes words up to the next option.
  CHECK(launch.arguments[0] == "--mcp-config");
  CHECK(launch.arguments[2] == "--settings");
}

TEST_CASE("a new conversation is named, and an earlier one gone on with") {
  Handover handover = HandoverFor("anthropic", Plain());
  CHECK_FALSE(HasWord(Launched(handover), "--session-id"));
  handover.conversation = "0198-c";
  CHECK(WordAfter(Launched(handover), "--session-id") == "0198-c");
  CHECK_FALSE(HasWord(Launched(handover), "--resume"));
  handover.resume = true;
  CHECK(WordAfter(Launched(handover), "--resume") == "0198-c");
  CHECK_FALSE(HasWord(Launched(handover), "--session-id"));
}

TEST_CASE("started from within another session it does not take itself for a part of that one") {
  CheckChanged(Launched(HandoverFor("anthropic", Plain())),
               {"CLAUDECODE unset", "CLAUDE_CODE_SESSION_ID unset", "CLAUDE_CODE_ENTRYPOINT unset",
                "CLAUDE_CODE_MESSAGING_SOCKET unset", "CLAUDE_CODE_MESSAGING_TOKEN unset",
                "CLAUDE_PROJECT_DIR unset"});
}

TEST_CASE("a model's window is told, and one that is not known is not invented") {
  Handover handover = HandoverFor("openai", Gateway(), "gpt-5");
  CheckChanged(Launched(handover), {"CLAUDE_CODE_MAX_CONTEXT_TOKENS as it was",
                                    "CLAUDE_CODE_AUTO_COMPACT_WINDOW as it was"});
  handover.context_tokens = 400'000;
  CheckChanged(Launched(handover),
               {"CLAUDE_CODE_MAX_CONTEXT_TOKENS=400000", "CLAUDE_CODE_AUTO_COMPACT_WINDOW=400000"});
  handover.input_tokens = 272'000;
  CheckChanged(Launched(handover),
               {"CLAUDE_CODE_MAX_CONTEXT_TOKENS=400000", "CLAUDE_CODE_AUTO_COMPACT_WINDOW=272000"});
}

TEST_CASE("a conversation is kept when it has a file in one of the projects") {
  TestUser user;
  const Agent agent = ClaudeCode();
  const auto keeps = [&](const std::string& folder, const char* id) {
    return agent.keeps(user.Path("user"), folder, id);
  };
  CHECK_FALSE(keeps("", "c-1"));
  user.Write("user/.claude/projects/-work/c-1.jsonl", "{}");
  CHECK(keeps("", "c-1"));
  CHECK_FALSE(keeps("", "c-2"));
  CHECK_FALSE(keeps(user.Path("own"), "c-1"));
  user.Write("own/projects/x/c-2.jsonl", "{}");
  CHECK(keeps(user.Path("own"), "c-2"));
}

}  // namespace
}  // namespace katra::cli::testing
