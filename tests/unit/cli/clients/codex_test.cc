// What Codex is started with: `-c key=value`, values being TOML; tokens by the names of variables.
#include "cli/clients/codex_hooks.h"
#include "tests/unit/cli/clients/handed.h"

namespace katra::cli::testing {
namespace {

AgentLaunch Launched(const Handover& handover) { return Codex().launch(handover); }

// The value that a key is configured to; "(not set)".
std::string Configured(const AgentLaunch& launch, const std::string& key) {
  std::string value = "(not set)";
  for (size_t i = 0; i + 1 < launch.arguments.size(); ++i) {
    const std::string& word = launch.arguments[i + 1];
    if (launch.arguments[i] == "-c" && word.starts_with(key + "=")) {
      CHECK(value == "(not set)");
      value = word.substr(key.size() + 1);
    }
  }
  return value;
}

constexpr const char* kNone = "(not set)";

TEST_CASE("where Codex goes, and which login it takes along") {
  struct Case {
    const char* name;
    Handover handover;
    const char* provider;
    const char* base_url;
    const char* env_key;
    const char* login;  // requires_openai_auth
    std::vector<std::string> changed;
  };
  const std::string token = std::string("!KATRA_GATEWAY_TOKEN=") + kToken;
  const Case cases[] = {
      {"its maker",
       HandoverFor("openai", Plain("", "", true)),
       "\"openai\"",
       kNone,
       kNone,
       kNone,
       {"OPENAI_API_KEY as it was", "KATRA_GATEWAY_TOKEN as it was"}},
      {"its maker, with its usual key",
       HandoverFor("openai", Plain("", "OPENAI_API_KEY")),
       "\"openai\"",
       kNone,
       kNone,
       kNone,
       {"OPENAI_API_KEY as it was"}},
      {"its maker, with the persona's key",
       HandoverFor("openai", Plain("", "SAMS_KEY")),
       "\"openai\"",
       kNone,
       kNone,
       kNone,
       {"!OPENAI_API_KEY=$SAMS_KEY"}},
      {"another address",
       HandoverFor("openai", Plain("https://own.test/v1", "OWN_KEY")),
       "\"katra\"",
       "\"https://own.test/v1\"",
       "\"OWN_KEY\"",
       kNone,
       {"OPENAI_API_KEY as it was", "KATRA_GATEWAY_TOKEN as it was"}},
      {"another address without a key",
       HandoverFor("openai", Plain("https://own.test/v1")),
       "\"katra\"",
       "\"https://own.test/v1\"",
       kNone,
       kNone,
       {"KATRA_GATEWAY_TOKEN as it was"}},
      {"the gateway",
       HandoverFor("deepseek", Gateway(), "deepseek-v4-pro"),
       "\"katra\"",
       "\"http://127.0.0.1:12000/v1\"",
       "\"KATRA_GATEWAY_TOKEN\"",
       kNone,
       {token}},
      {"the gateway, with its own login",
       HandoverFor("openai", Gateway(true)),
       "\"katra\"",
       "\"http://127.0.0.1:12000/v1\"",
       kNone,
       "true",
       {token}},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    const AgentLaunch launch = Launched(one.handover);
    CHECK(Configured(launch, "model_provider") == one.provider);
    CHECK(Configured(launch, "model_providers.katra.base_url") == one.base_url);
    CHECK(Configured(launch, "model_providers.katra.env_key") == one.env_key);
    CHECK(Configured(launch, "model_providers.katra.requires_openai_auth") == one.login);
    const bool by_header = std::string(one.login) == "true";
    CHECK(Configured(launch, "model_providers.katra.env_http_headers") ==
          (by_header ? "{\"x-katra-token\"=\"KATRA_GATEWAY_TOKEN\"}" : kNone));
    CheckChanged(launch, one.changed);
    CHECK_FALSE(ShowsToken(launch));
  }
}

TEST_CASE("Katra's server is configured for the session, with whose it is") {
  Handover handover = HandoverFor("openai", Plain());
  handover.role = "says \"no\"\\\n\x7f";
  const AgentLaunch launch = Launched(handover);
  CHECK(Configured(launch, "mcp_servers.katra.command") == "\"/opt/ka tra/katra_mcp_server\"");
  CHECK(Configured(launch, "mcp_servers.katra.env.KATRA_PERSONA") == "\"Sam\"");
  CHECK(Configured(launch, "mcp_servers.katra.env.KATRA_ROLE") ==
        "\"says \\\"no\\\"\\\\\\u000A\\u007F\"");
  CHECK(Configured(launch, "mcp_servers.katra.env.KATRA_ROOM") == kNone);
  CHECK(Configured(launch, "mcp_servers.katra.tool_timeout_sec") == "90");
}

TEST_CASE("a window is told of models that are not its maker's") {
  const auto window = [](Handover handover) {
    handover.context_tokens = 1000;
    handover.input_tokens = 600;
    return Configured(Launched(handover), "model_context_window");
  };
  CHECK(window(HandoverFor("openai", Plain())) == kNone);
  CHECK(window(HandoverFor("openai", Gateway(true))) == kNone);
  CHECK(window(HandoverFor("openai", Gateway())) == "600");
  CHECK(window(HandoverFor("deepseek", Gateway(true))) == "600");
  CHECK(window(HandoverFor("openai", Plain("https://own.test"))) == "600");
}

TEST_CASE("an earlier conversation is gone on with, before the user's own words") {
  Handover handover = HandoverFor("openai", Plain(), "gpt-5");
  handover.own = {"--full-auto", "fix it"};
  handover.conversation = "0198-c";
  const std::vector<std::string> fresh = Launched(handover).arguments;
  CHECK(std::vector<std::string>(fresh.end() - 4, fresh.end()) ==
        std::vector<std::string>{"--model", "gpt-5", "--full-auto", "fix it"});
  handover.resume = true;
  const std::vector<std::string> resumed = Launched(handover).arguments;
  CHECK(std::vector<std::string>(resumed.end() - 6, resumed.end()) ==
        std::vector<std::string>{"--model", "gpt-5", "resume", "0198-c", "--full-auto", "fix it"});
}

// The hash is what Codex 0.171.0 names as the hook's own (hooks/list of its app server).
TEST_CASE("Codex gets hooks for this session, and trusts them") {
  const AgentLaunch launch = Launched(HandoverFor("openai", Plain("", "OPENAI_API_KEY")));
  CHECK(Configured(launch, "hooks.Stop") ==
        "[{hooks=[{type=\"command\",command=\"'/opt/ka tra/katra' hook stop --client codex\","
        "timeout=10}]}]");
  const std::string trusted = Configured(launch, "hooks.state");
  for (const CodexHook& hook : CodexHooks("/opt/ka tra/katra")) {
    INFO(hook.event);
    CHECK(Configured(launch, "hooks." + hook.event) != kNone);
    CHECK(trusted.find("\"/<session-flags>/config.toml:" + hook.label + ":0:0\"={trusted_hash=\"" +
                       CodexHookHash(hook) + "\"}") != std::string::npos);
  }
}

}  // namespace
}  // namespace katra::cli::testing
