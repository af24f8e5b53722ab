// From a plan to a process: what the client's environment and arguments are, for every provider and
// client. Keys are in the environment alone, and nothing of an outer session is left.
#include "cli/sessions/launch.h"

#include <algorithm>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

class Starter : public TestUser {
 public:
  Starter() {
    for (const char* name :
         {"claude", "codex", "gemini", "opencode", "katra", "katra_mcp_server", "katra_gateway"}) {
      Install(name, "exit 0");
    }
  }

  router::RouterConfig Config() {
    auto config = LoadConfig(Make());
    REQUIRE(config);
    return std::move(*config);
  }
  Result<LaunchPlan> Plan(const LaunchRequest& request) {
    const Context context = Make();
    return MakePlan(request, context, Config());
  }
  PreparedLaunch Prepared(const LaunchRequest& request, const std::string& conversation = "") {
    const auto plan = Plan(request);
    REQUIRE(plan);
    auto launch = Prepare(*plan, request, conversation, false, Make());
    REQUIRE(launch);
    return std::move(*launch);
  }
};

LaunchRequest Request(const std::string& client, const std::string& provider) {
  LaunchRequest request;
  request.persona = "Sam";
  request.client = client;
  request.provider = provider;
  return request;
}

std::string Value(const PreparedLaunch& launch, const std::string& name) {
  const auto found = launch.spec.environment.find(name);
  return found == launch.spec.environment.end() ? "(unset)" : found->second;
}

bool IsInArguments(const PreparedLaunch& launch, const std::string& text) {
  return std::any_of(launch.spec.arguments.begin(), launch.spec.arguments.end(),
                     [&](const std::string& word) { return Contains(word, text); });
}

TEST_CASE("no key of any provider is in an argument, in a file or in what is shown") {
  Starter user;
  const router::RouterConfig config = user.Config();
  for (const router::Provider& provider : config.providers) {
    for (const std::string& name : router::ApiKeyEnvs(nullptr, provider)) {
      user.environment[name] = "sk-secret-" + name;
    }
  }
  int launches = 0;
  for (const router::Provider& provider : config.providers) {
    for (const Agent& agent : Agents()) {
      for (const bool routed : {false, true}) {
        LaunchRequest request = Request(agent.name, provider.name);
        request.model = provider.models.empty() ? "some-model" : provider.models.front();
        request.use_router = routed;
        request.no_router = !routed;
        const auto plan = user.Plan(request);
        if (!plan) continue;
        INFO(provider.name << " " << agent.name << " " << routed);
        const auto launch = Prepare(*plan, request, "", false, user.Make());
        REQUIRE(launch);
        ++launches;
        CHECK_FALSE(IsInArguments(*launch, "sk-secret"));
        CHECK_FALSE(Contains(launch->settings, "sk-secret"));
        CHECK_FALSE(Contains(Explain(*plan, *launch, config), "sk-secret"));
      }
    }
  }
  CHECK(launches > 60);
}

TEST_CASE("plain, a client gets the key of its provider under its own variable") {
  struct Case {
    const char* client;
    const char* provider;
    const char* key;       // that the user has set
    const char* variable;  // that the client reads
    std::vector<std::string> unset;
  };
  const Case cases[] = {
      {"claude",
       "deepseek",
       "DEEPSEEK_API_KEY",
       "ANTHROPIC_API_KEY",
       {"ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_USE_BEDROCK"}},
      {"claude",
       "openrouter",
       "OPENROUTER_API_KEY",
       "ANTHROPIC_API_KEY",
       {"ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"}},
      {"claude", "anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY", {"ANTHROPIC_BASE_URL"}},
      {"codex", "openai", "OPENAI_API_KEY", "OPENAI_API_KEY", {}},
      {"gemini", "gemini", "GEMINI_API_KEY", "GEMINI_API_KEY", {}},
      {"opencode", "groq", "GROQ_API_KEY", "GROQ_API_KEY", {}},
  };
  for (const Case& one : cases) {
    INFO(one.client << " " << one.provider);
    Starter user;
    user.environment["ANTHROPIC_AUTH_TOKEN"] = "of the user";
    user.environment["CLAUDE_CODE_OAUTH_TOKEN"] = "login";
    user.environment["CLAUDE_CODE_USE_BEDROCK"] = "1";
    user.environment[one.key] = "sk-secret";
    LaunchRequest request = Request(one.client, one.provider);
    request.no_router = true;
    const PreparedLaunch launch = user.Prepared(request);
    CHECK(Value(launch, one.variable) == "sk-secret");
    for (const std::string& name : one.unset) CHECK(Value(launch, name) == "(unset)");
    CHECK(Value(launch, "KATRA_PERSONA") == "Sam");
    CHECK(Value(launch, "PWD") == user.Path("work"));
    CHECK(launch.spec.program == user.Path(std::string("bin/") + one.client));
    CHECK(launch.spec.folder == user.Path("work"));
  }
}

TEST_CASE("nothing that an outer session put into the environment reaches an inner one") {
  const Environment outer = {
      {"PATH", "/bin"},
      {"MINE", "kept"},
      {"KATRA_PERSONA", "Outer"},
      {"ANTHROPIC_API_KEY", "of the outer"},
      {"ANTHROPIC_CUSTOM_HEADERS", "X-Mine: 1\nx-katra-token: katra_t\nx-katra-persona: Outer"},
      {"KATRA_EXPORTS", "KATRA_PERSONA,ANTHROPIC_API_KEY,ANTHROPIC_CUSTOM_HEADERS,NOT_THERE"}};
  CHECK(OwnEnvironment(outer) ==
        Environment{{"PATH", "/bin"}, {"MINE", "kept"}, {"ANTHROPIC_CUSTOM_HEADERS", "X-Mine: 1"}});
  CHECK(OwnEnvironment({{"A", "b"}}) == Environment{{"A", "b"}});

  Starter user;
  user.environment["DEEPSEEK_API_KEY"] = "sk-secret";
  LaunchRequest request = Request("claude", "deepseek");
  request.no_router = true;
  request.role = "outer role";
  const PreparedLaunch first = user.Prepared(request);
  const std::vector<std::string> exports = Split(Value(first, "KATRA_EXPORTS"), ',');
  for (const char* name :
       {"KATRA_PERSONA", "KATRA_ROLE", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"}) {
    INFO(name);
    CHECK(std::find(exports.begin(), exports.end(), name) != exports.end());
  }
  CHECK(std::find(exports.begin(), exports.end(), "DEEPSEEK_API_KEY") == exports.end());
  user.environment = first.spec.environment;
  LaunchRequest inner = Request("claude", "anthropic");
  inner.persona = "Kim";
  const PreparedLaunch second = user.Prepared(inner);
  CHECK(Value(second, "ANTHROPIC_BASE_URL") == "(unset)");
  CHECK(Value(second, "ANTHROPIC_API_KEY") == "(unset)");
  CHECK(Value(second, "KATRA_ROLE") == "(unset)");
  CHECK(Value(second, "KATRA_PERSONA") == "Kim");
}

TEST_CASE("a proxy is not asked for what is on this machine, and the user's exceptions stay") {
  Starter user;
  LaunchRequest request = Request("claude", "openai");
  request.use_router = true;
  CHECK(Value(user.Prepared(request), "NO_PROXY") == "(unset)");
  user.environment["https_proxy"] = "http://proxy.test";
  user.environment["NO_PROXY"] = "intern.test";
  const PreparedLaunch routed = user.Prepared(request);
  CHECK(Value(routed, "NO_PROXY") == "intern.test,127.0.0.1");
  CHECK(Value(routed, "no_proxy") == "127.0.0.1");
  CHECK(Value(user.Prepared(Request("claude", "anthropic")), "NO_PROXY") == "intern.test");
}

TEST_CASE("a new conversation has a name of its own, and the user's choice comes before ours") {
  Starter user;
  LaunchRequest request = Request("claude", "anthropic");
  const PreparedLaunch one = user.Prepared(request);
  const PreparedLaunch other = user.Prepared(request);
  CHECK(one.conversation.size() == 36);
  CHECK(one.conversation != other.conversation);
  CHECK(IsInArguments(one, one.conversation));
  request.arguments = {"--resume", "0198-own"};
  const PreparedLaunch own = user.Prepared(request);
  CHECK(own.conversation == "0198-own");
  CHECK_FALSE(IsInArguments(own, "--session-id"));
  // Codex cannot be told a name.
  CHECK(user.Prepared(Request("codex", "openai")).conversation.empty());
}

TEST_CASE(
    "an earlier conversation is gone on with, or begun under its name when nothing was said") {
  Starter user;
  LaunchRequest request = Request("claude", "anthropic");
  request.resume = true;
  const auto has = [](const PreparedLaunch& launch, const char* word) {
    const auto& words = launch.spec.arguments;
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const PreparedLaunch fresh = user.Prepared(request, "c-1");
  CHECK(has(fresh, "--session-id"));
  CHECK_FALSE(has(fresh, "--resume"));
  CHECK(fresh.conversation == "c-1");
  user.Write("user/.claude/projects/p/c-1.jsonl", "{}");
  CHECK(has(user.Prepared(request, "c-1"), "--resume"));
  user.environment["CLAUDE_CONFIG_DIR"] = user.Path("own");
  CHECK_FALSE(has(user.Prepared(request, "c-1"), "--resume"));
}

TEST_CASE("without Katra's server beside it a client is not started") {
  Starter user;
  std::filesystem::remove(user.Path("bin/katra_mcp_server"));
  user.environment["PATH"] = user.Path("bin");
  const LaunchRequest request = Request("claude", "anthropic");
  const auto launch = Prepare(*user.Plan(request), request, "", false, user.Make());
  REQUIRE_FALSE(launch);
  CHECK(launch.error().code == ErrorCode::kFailedPrecondition);
  CHECK(Contains(launch.error().message, "katra_mcp_server was not found next to"));
}

TEST_CASE("settings are written where nobody else could have written them") {
  Starter user;
  const PreparedLaunch launch = user.Prepared(Request("gemini", "gemini"));
  REQUIRE_FALSE(launch.settings_path.empty());
  CHECK(Value(launch, "GEMINI_CLI_SYSTEM_DEFAULTS_PATH") == launch.settings_path);
  CHECK(launch.settings_path.ends_with("/sam.gemini-settings"));
  // The temporary folder is open to others, so that Gemini CLI would not read it there.
  if (geteuid() != 0) CHECK(Contains(launch.warning, "katra install --client gemini"));
  PreparedLaunch here = launch;
  here.settings_path = user.Path("katra/run/new/sam.gemini-settings");
  REQUIRE(WriteSettings(here));
  CHECK(user.Read("katra/run/new/sam.gemini-settings") == launch.settings);
  CHECK(user.Mode("katra/run/new") == 0700);
  CHECK(user.Mode("katra/run/new/sam.gemini-settings") == 0600);
  here.settings_path.clear();
  CHECK(WriteSettings(here));
}

TEST_CASE("what is shown of a start says where each setting comes from, and hides secrets") {
  Starter user;
  user.environment["DEEPSEEK_API_KEY"] = "sk-secret";
  LaunchRequest request = Request("claude", "deepseek");
  request.no_router = true;
  request.arguments = {"it's\na prompt"};
  const auto plan = user.Plan(request);
  REQUIRE(plan);
  const std::string text = Explain(*plan, user.Prepared(request), user.Config());
  CHECK(Contains(text, "provider  deepseek"));
  CHECK(Contains(text, "--provider"));
  CHECK(Contains(text, "  ANTHROPIC_API_KEY=$DEEPSEEK_API_KEY\n"));
  CHECK(Contains(text, "  CLAUDE_CODE_OAUTH_TOKEN=(not set)\n"));
  CHECK(Contains(text, "'it'\\''s\\u{a}a prompt'"));
}

}  // namespace
}  // namespace katra::cli::testing
