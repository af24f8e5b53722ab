// What each client is handed for a session: nothing that it asks for goes to a provider that was
// not named, and it knows how much its model takes.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/health/check.h"
#include "cli/sessions/launch.h"
#include "core/clock.h"
#include "core/ids.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::cli {
namespace {

using Json = nlohmann::json;
using katra::testing::TempHome;

// A user's home with clients' own files, in which plans are made.
class World {
 public:
  void Write(const std::string& name, const std::string& text) {
    const std::string path = home_.File(name);
    for (size_t at = path.find('/', home_.path().size() + 1); at != std::string::npos;
         at = path.find('/', at + 1)) {
      mkdir(path.substr(0, at).c_str(), 0700);
    }
    std::ofstream(path) << text;
    chmod(path.c_str(), 0600);
  }
  [[nodiscard]] std::string Path(const std::string& name) const { return home_.File(name); }

  Result<LaunchPlan> Plan(const LaunchRequest& request, Environment environment = {}) {
    Context context = Make(std::move(environment));
    const Result<router::RouterConfig> config = LoadConfig(context);
    REQUIRE(config);
    return MakePlan(request, context, *config);
  }

  Findings Doctor(Environment environment = {}) {
    return CheckModels(Make(std::move(environment)));
  }

 private:
  Context Make(Environment environment) {
    environment["KATRA_HOME"] = home_.path();
    environment["HOME"] = home_.path();
    return Context({"katra",
                    "1",
                    std::move(environment),
                    home_.path(),
                    in_,
                    out_,
                    out_,
                    {},
                    clock_,
                    random_,
                    {},
                    "/usr/bin/katra"});
  }

  TempHome home_;
  std::istringstream in_;
  std::ostringstream out_;
  SystemClock clock_;
  SystemRandom random_;
};

LaunchRequest Start(const char* client, const char* provider, const char* model = "",
                    bool plain = true) {
  LaunchRequest request;
  request.persona = "Sam";
  request.client = client;
  request.provider = provider;
  request.model = model;
  request.no_router = plain;
  request.use_router = !plain;
  return request;
}

AgentLaunch Launch(const LaunchPlan& plan) {
  Handover handover;
  handover.persona = plan.persona.value;
  handover.provider = plan.provider.value;
  handover.model = plan.model.value;
  handover.asked_model = plan.asked_model;
  handover.own_model = plan.own_model;
  handover.cleared = plan.cleared;
  handover.context_tokens = plan.window.tokens;
  handover.input_tokens = plan.window.input_tokens;
  handover.max_output_tokens = plan.max_output_tokens;
  handover.katra = "/bin/katra";
  handover.server = "/bin/katra_mcp_server";
  handover.connection = plan.connection;
  return plan.agent.launch(handover);
}

std::string Variable(const AgentLaunch& launch, const std::string& name) {
  for (const EnvironmentChange& change : launch.environment) {
    if (change.name == name) return change.value.value_or("");
  }
  return "(as it was)";
}

// The word after `option`; empty: it is not there.
std::string After(const AgentLaunch& launch, const std::string& option) {
  const auto found = std::find(launch.arguments.begin(), launch.arguments.end(), option);
  return found == launch.arguments.end() ? std::string() : *std::next(found);
}

bool Has(const AgentLaunch& launch, const std::string& argument) {
  return std::find(launch.arguments.begin(), launch.arguments.end(), argument) !=
         launch.arguments.end();
}

TEST_CASE("Claude Code is handed the model that its files say, and never a strange one") {
  struct Case {
    const char* file;
    const char* text;
    const char* handed;
  };
  const Case cases[] = {
      {"none", "{}", "default"},
      {".claude/settings.json", R"({"model": "opus"})", "opus"},
      {".claude/settings.json", R"({"model": "sonnet[1m]"})", "sonnet[1m]"},
      {".claude/settings.json", R"({"model": "claude-opus-4-8"})", "claude-opus-4-8"},
      {".claude/settings.json", R"({"model": "openai,gpt-4"})", "default"},
      {".claude/settings.json", R"({"model": "openai/gpt-4"})", "default"},
      {".claude/settings.json", R"({"model": "gpt-4-turbo"})", "default"},
      {".claude/settings.json", R"({"env": {"ANTHROPIC_MODEL": "deepseek,x"}})", "default"},
      {".claude/settings.local.json", R"({"model": "anthropic,claude-opus-4-8"})", "default"},
      {".claude/settings.json", "{ damaged", "default"},
  };
  for (const Case& one : cases) {
    INFO(one.file << " " << one.text);
    World world;
    world.Write(one.file, one.text);
    const auto plan = world.Plan(Start("claude", "anthropic"));
    REQUIRE(plan);
    CHECK(After(Launch(*plan), "--model") == one.handed);
    const bool strange = std::string(one.text).find_first_of("4x") != std::string::npos &&
                         std::string(one.handed) == "default";
    CHECK(plan->warnings.size() == (strange ? 1U : 0U));
    CHECK(world.Doctor().size() == (strange ? 1U : 0U));
  }
}

TEST_CASE("what was said for the session wins over the client's own files") {
  World world;
  world.Write(".claude/settings.json", R"({"model": "openai,gpt-4"})");
  const auto plan = world.Plan(Start("claude", "deepseek", "deepseek-v4-pro"));
  REQUIRE(plan);
  CHECK(After(Launch(*plan), "--model") == "deepseek-v4-pro");
  CHECK(plan->warnings.size() == 1);  // of the address that speaks another protocol
  const Json settings = Json::parse(After(Launch(*plan), "--settings"));
  CHECK(settings["env"]["ANTHROPIC_MODEL"] == "deepseek-v4-pro");
  CHECK(settings["env"]["ANTHROPIC_BASE_URL"] == "https://api.deepseek.com");
}

TEST_CASE("a server of the user's own may have models of any name") {
  World world;
  world.Write(".claude/settings.json", R"({"model": "team/our-claude"})");
  const Environment own = {{"ANTHROPIC_BASE_URL", "https://proxy.test"}};
  CHECK(world.Plan(Start("claude", "anthropic"), own)->own_model == "team/our-claude");
  CHECK(world.Doctor(own).empty());
  CHECK(world.Plan(Start("claude", "anthropic"))->own_model == "default");
}

TEST_CASE("the doctor names the file, the key and what to do, for each client") {
  struct Case {
    const char* file;
    const char* text;
    const char* key;
  };
  const Case cases[] = {
      {".claude/settings.json", R"({"model": "openai,gpt-4"})", "\"model\": \"openai,gpt-4\""},
      {".claude/settings.json", R"({"env": {"ANTHROPIC_DEFAULT_OPUS_MODEL": "openai,gpt-4"}})",
       "\"ANTHROPIC_DEFAULT_OPUS_MODEL\" below \"env\""},
      {".claude/settings.local.json", R"({"model": "gpt-4"})", "\"model\": \"gpt-4\""},
      {".codex/config.toml", "model = \"deepseek-chat\"\n", "model = \"deepseek-chat\""},
      {".gemini/settings.json", R"({"model": {"name": "openai/gpt-4"}})",
       "\"name\" below \"model\""},
      {".config/opencode/opencode.json", R"({"small_model": "openai,gpt-4"})",
       "\"small_model\": \"openai,gpt-4\""},
  };
  for (const Case& one : cases) {
    INFO(one.file << " " << one.text);
    World world;
    world.Write(one.file, one.text);
    const Findings findings = world.Doctor();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].health == Health::kWarning);
    CHECK(findings[0].advice.find(world.Path(one.file)) != std::string::npos);
    CHECK(findings[0].advice.find(one.key) != std::string::npos);
  }
  World fine;
  fine.Write(".claude/settings.json", R"({"model": "opus"})");
  fine.Write(".codex/config.toml", "model = \"my-own\"\nmodel_provider = \"azure\"\n");
  fine.Write(".gemini/settings.json", R"({"model": {"name": "gemini-2.5-pro"}})");
  fine.Write(".config/opencode/opencode.json", R"({"model": "openai/gpt-5"})");
  CHECK(fine.Doctor().empty());
}

TEST_CASE("Codex asks the provider that was named, whatever its own file says") {
  World world;
  world.Write(".codex/config.toml", "model = \"deepseek-chat\"\nmodel_provider = \"deepseek\"\n");
  const auto plan = world.Plan(Start("codex", "openai"));
  REQUIRE(plan);
  const AgentLaunch launch = Launch(*plan);
  CHECK(Has(launch, "model_provider=\"openai\""));
  CHECK(After(launch, "--model") == "gpt-5");
  CHECK(plan->warnings.size() == 2);

  World own;
  own.Write(".codex/config.toml", "model = \"gpt-5.5\"\n");
  CHECK(After(Launch(*own.Plan(Start("codex", "openai"))), "--model") == "gpt-5.5");
}

TEST_CASE("a client that nothing names a model for is handed its usual one, and it is said") {
  const char* const kList = R"({"models": [
      {"slug": "gpt-9-hidden", "priority": 0, "visibility": "hide"},
      {"slug": "gpt-9-plan", "priority": 1, "visibility": "list", "supported_in_api": false},
      {"slug": "gpt-9-small", "priority": 5, "visibility": "list", "supported_in_api": true},
      {"slug": "gpt-9", "priority": 2, "visibility": "list", "supported_in_api": true},
      {"slug": "deepseek,x", "priority": 2, "visibility": "list"}, "odd", {"slug": 7}]})";
  struct Case {
    const char* client;
    const char* provider;
    const char* list;  // that Codex keeps
    const char* handed;
    const char* known;  // as list and tags show it
    const char* origin;
  };
  const Case cases[] = {
      {"claude", "anthropic", "", "default", "", "the client's own choice"},
      {"claude", "vllm", "", "default", "", "the client's own choice"},
      {"codex", "openai", "", "gpt-5", "gpt-5", "default of openai"},
      {"codex", "openai", "{ damaged", "gpt-5", "gpt-5", "default of openai"},
      {"codex", "openai", kList, "gpt-9", "gpt-9", "the client's own choice"},
      {"gemini", "gemini", "", "gemini-2.5-pro", "gemini-2.5-pro", "default of gemini"},
  };
  for (const Case& one : cases) {
    INFO(one.client << " " << one.provider << " " << one.list);
    World world;
    if (*one.list != '\0') world.Write(".codex/models_cache.json", one.list);
    const auto plan = world.Plan(Start(one.client, one.provider));
    REQUIRE(plan);
    const AgentLaunch launch = Launch(*plan);
    const std::string handed = std::string(one.client) == "gemini"
                                   ? Variable(launch, "GEMINI_MODEL")
                                   : After(launch, "--model");
    CHECK(handed == one.handed);
    CHECK(plan->handed_model == one.known);
    CHECK(plan->own_model_origin == one.origin);
    CHECK(plan->model.value.empty());  // the gateway still lets the client choose
    CHECK(plan->warnings.empty());
  }
  // By way of the gateway, a provider that has models is asked for one of them.
  World world;
  CHECK(After(Launch(*world.Plan(Start("codex", "anthropic", "", false))), "--model") ==
        "claude-sonnet-5");
  CHECK(After(Launch(*world.Plan(Start("codex", "vllm", "", false))), "--model") == "gpt-5");
}

TEST_CASE("Claude Code's smaller work goes nowhere else because its files say so") {
  struct Case {
    const char* provider;
    bool plain;
    const char* value;
    bool cleared;
  };
  const Case cases[] = {
      {"anthropic", true, "openai,gpt-4", true},
      {"anthropic", true, "gpt-4", true},
      {"anthropic", true, "claude-haiku-4-5", false},
      {"anthropic", false, "openai/gpt-4", true},
      {"deepseek", false, "openai,gpt-4", true},
      {"deepseek", false, "openai/gpt-4", true},
      {"deepseek", false, "deepseek,deepseek-v4-flash", false},
      {"deepseek", false, "deepseek-v4-flash", false},
      {"openrouter", false, "qwen/qwen3", false},
      {"zai", true, "glm-4.5-air", false},
  };
  for (const Case& one : cases) {
    for (const bool in_file : {true, false}) {
      INFO(one.provider << " " << one.value << " " << in_file);
      World world;
      const std::string name = "ANTHROPIC_DEFAULT_HAIKU_MODEL";
      Environment environment;
      if (in_file) {
        world.Write(".claude/settings.json", Json{{"env", {{name, one.value}}}}.dump());
      } else {
        environment[name] = one.value;
      }
      const auto plan = world.Plan(Start("claude", one.provider, "", one.plain), environment);
      REQUIRE(plan);
      const AgentLaunch launch = Launch(*plan);
      const Json variables = Json::parse(After(launch, "--settings"))["env"];
      CHECK(variables.contains(name) == one.cleared);
      CHECK((Variable(launch, name) == "") == one.cleared);
      CHECK(plan->warnings.size() == (one.cleared ? 1U : 0U));
    }
  }
}

TEST_CASE("Gemini CLI is handed a model when its own file names another's") {
  World world;
  world.Write(".gemini/settings.json", R"({"model": {"name": "openai,gpt-4"}})");
  const AgentLaunch launch = Launch(*world.Plan(Start("gemini", "gemini")));
  CHECK(Variable(launch, "GEMINI_MODEL") == "gemini-2.5-pro");
  CHECK(Variable(launch, "GEMINI_CLI_NO_RELAUNCH") == "true");
  CHECK(Json::parse(launch.settings)["mcpServers"]["katra"]["trust"] == true);
}

TEST_CASE("opencode knows its model, and no other provider, for the session") {
  struct Case {
    const char* provider;
    const char* model;
    bool plain;
    const char* id;
    const char* asked;
  };
  const Case cases[] = {
      {"openai", "unheard-of", true, "openai", "unheard-of"},
      {"openai", "", true, "openai", "gpt-5"},
      {"anthropic", "", true, "anthropic", "claude-sonnet-5"},
      {"gemini", "gemini-9", true, "google", "gemini-9"},
      {"grok", "grok-9", true, "xai", "grok-9"},
      {"openrouter", "a/b", true, "openrouter", "a/b"},
      {"deepseek", "unheard-of", false, "katra", "unheard-of"},
      {"anthropic", "", false, "katra", "claude-sonnet-5"},
  };
  for (const Case& one : cases) {
    INFO(one.provider << " " << one.model);
    World world;
    const auto plan = world.Plan(Start("opencode", one.provider, one.model, one.plain));
    REQUIRE(plan);
    const Json config = Json::parse(Variable(Launch(*plan), "OPENCODE_CONFIG_CONTENT"));
    const std::string model = std::string(one.id) + "/" + one.asked;
    CHECK(config["model"] == model);
    CHECK(config["small_model"] == model);
    for (const auto& [name, agent] : config["agent"].items()) CHECK(agent["model"] == model);
    CHECK(config["agent"].contains("build"));
    CHECK(config["enabled_providers"] == Json::array({one.id}));
    CHECK(config["disabled_providers"] == Json::array());
    REQUIRE(config["provider"].size() == 1);
    CHECK(config["provider"][one.id]["models"].contains(one.asked));
  }
}

TEST_CASE("the model's true window is handed over, in each client's own way") {
  struct Case {
    const char* provider;
    const char* model;
    int64_t context;
    int64_t input;
  };
  const Case cases[] = {
      {"openai", "gpt-4-turbo", 128'000, 0},
      {"openai", "gpt-4-turbo-2024-04-09", 128'000, 0},
      {"openai", "gpt-4", 8192, 0},
      {"openai", "gpt-4-32k", 0, 0},
      {"openai", "gpt-4.7", 0, 0},
      {"openai", "gpt-5", 400'000, 272'000},
      {"deepseek", "deepseek-v4-pro", 1'000'000, 0},
      {"openrouter", "openai/gpt-4-turbo", 128'000, 0},
      {"openrouter", "nobody/gpt-4-turbo", 0, 0},
      {"groq", "openai/gpt-oss-120b", 131'072, 0},
      {"minimax", "MiniMax-M2", 204'800, 0},
      {"ollama", "qwen", 0, 0},
  };
  for (const Case& one : cases) {
    INFO(one.provider << " " << one.model);
    World world;
    const auto plan = world.Plan(Start("claude", one.provider, one.model, false));
    REQUIRE(plan);
    CHECK(plan->window == router::ContextWindow{one.context, one.input});
    const AgentLaunch claude = Launch(*plan);
    const int64_t compact = one.input > 0 ? one.input : one.context;
    CHECK(Variable(claude, "CLAUDE_CODE_MAX_CONTEXT_TOKENS") ==
          (one.context == 0 ? "(as it was)" : std::to_string(one.context)));
    CHECK(Variable(claude, "CLAUDE_CODE_AUTO_COMPACT_WINDOW") ==
          (one.context == 0 ? "(as it was)" : std::to_string(compact)));

    const AgentLaunch codex = Launch(*world.Plan(Start("codex", one.provider, one.model, false)));
    CHECK(Has(codex, "model_context_window=" + std::to_string(compact)) == (one.context > 0));

    const auto open = world.Plan(Start("opencode", one.provider, one.model, false));
    const Json config = Json::parse(Variable(Launch(*open), "OPENCODE_CONFIG_CONTENT"));
    const Json& model = config["provider"]["katra"]["models"][one.model];
    CHECK(model.contains("limit") == (one.context > 0));
    if (one.context > 0) {
      CHECK(model["limit"]["context"] == one.context);
      CHECK(model["limit"]["output"].get<int64_t>() > 0);
      CHECK(model["limit"].contains("input") == (one.input > 0));
    }
  }
}

TEST_CASE("max_context_tokens of the persona comes before the provider's, and that before ours") {
  World world;
  world.Write("router/personas.json",
              R"({"version": 1,
                  "providers": {"openai": {"max_context_tokens": 64000},
                                "mine": {"api_base_url": "http://127.0.0.1:9/v1",
                                         "models": ["m"], "max_context_tokens": 32000}},
                  "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo",
                                       "max_context_tokens": 50000}}})");
  const auto window = [&](const char* persona, const char* provider, const char* model) {
    LaunchRequest request = Start("claude", provider, model, false);
    request.persona = persona;
    return world.Plan(request)->window.tokens;
  };
  CHECK(window("Sam", "openai", "gpt-4-turbo") == 50'000);
  CHECK(window("Kim", "openai", "gpt-4-turbo") == 64'000);
  CHECK(window("Sam", "mine", "m") == 32'000);
  CHECK(window("Sam", "deepseek", "deepseek-v4-pro") == 1'000'000);
}

}  // namespace
}  // namespace katra::cli
