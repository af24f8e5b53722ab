// The examples that people copy, as they are written; what they mean; and how they combine with
// personas.json.
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "router/config/plano/file.h"
#include "router/config/plano/load.h"
#include "router/config/plano/yaml_source.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::plano {
namespace {

using katra::testing::TempHome;

constexpr const char* kBroken = R"(llm_providers:
  - model: openai/gpt-4.1-2025-04-14
    access_key: $OPENAI_API_KEY
    routing_preferences:
      - name: code understanding
          description: understand and explain existing code snippets
      - name: code review
        description: reviews
)";

// A file of the guides, as it is written there (tests/data/guides).
std::string Guide(const std::string& name) {
  std::ifstream file(std::string(KATRA_TEST_GUIDES "/") + name + ".yaml", std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  chmod(path.c_str(), 0600);
}

Result<Loaded> LoadText(const TempHome& home, const std::string& text) {
  Write(home.File("config.yaml"), text);
  return Load({home.path()}, home.File("config.yaml"));
}

std::string Shown(const Target& target) { return target.provider + "," + target.model; }

std::string Shown(const RoutePreference& route) {
  std::string text = route.name + ":";
  for (const Target& model : route.models) text += " " + Shown(model);
  return text + " " + ToString(route.prefer);
}

}  // namespace

TEST_CASE("the minimal example means its providers, default and route") {
  const TempHome home;
  const auto loaded = LoadText(home, Guide("minimal"));
  REQUIRE(loaded);
  const RouterConfig& config = loaded->config;
  CHECK(config.default_provider == "anthropic");
  CHECK(Shown(*config.routing_rules.default_target) == "anthropic,claude-sonnet-5");
  CHECK(config.router_port == 12000);
  REQUIRE(config.preferences.size() == 1);
  CHECK(Shown(config.preferences[0]) ==
        "bulk edits: deepseek,deepseek-v4-pro anthropic,claude-sonnet-5 none");
  CHECK(config.preferences[0].description == "mechanical edits over many files");
  CHECK(config.FindProvider("deepseek")->api_key_env == "DEEPSEEK_API_KEY");
  CHECK(config.FindProvider("deepseek")->messages_base_url ==
        FindBuiltIn("deepseek")->messages_base_url);
  CHECK(config.OriginOf("routing_preferences").line == 8);
  CHECK(config.OriginOf("default_provider").file == home.File("config.yaml"));
}

TEST_CASE("the full example is accepted, and every member without a use is a warning") {
  const TempHome home;
  const auto loaded = LoadText(home, Guide("full"));
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  const RouterConfig& config = loaded->config;
  const Provider& kimi = *config.FindProvider("kimi-native");
  CHECK(kimi.messages_base_url == "https://api.moonshot.ai/anthropic");
  CHECK(kimi.api_key_env == "MOONSHOT_API_KEY");
  CHECK(config.FindProvider("anthropic")->messages_base_url == "https://api.anthropic.com");
  CHECK(config.FindProvider("ollama")->chat_base_url == "http://127.0.0.1:11434/v1");
  CHECK(config.FindProvider("acme")->pass_login);
  CHECK(config.FindProvider("acme")->api_key_env.empty());
  CHECK(Shown(*config.FindAlias("arch.claude.code.small.fast")) == "anthropic,claude-haiku-4-5");
  CHECK(Shown(*config.FindAlias("cheap")) == "ollama,qwen3-coder");
  CHECK(Shown(*config.FindAlias("anthropic/kimi-k3")) == "kimi-native,kimi-k3");
  CHECK(config.matching.matcher == Matcher::kModel);
  CHECK(Shown(*config.matching.router_model) == "plano,Arch-Router");
  REQUIRE(config.preferences.size() == 2);
  CHECK(Shown(config.preferences[0]) ==
        "write code: anthropic,claude-opus-4-8 kimi-native,kimi-k3 none");
  CHECK(config.preferences[1].prefer == Prefer::kCheapest);
  CHECK(loaded->timeout_ms == 300'000);
  using routing::cost::RateUnit;
  CHECK(config.rate_limits == std::vector<routing::cost::RateLimit>{
                                  {"anthropic", "claude-opus-4-8", RateUnit::kHour, 0, 200'000}});
  CHECK(config.OriginOf("router.rate_limits").file == home.File("config.yaml"));
  std::string warned;
  for (const ConfigWarning& warning : config.warnings) warned += warning.path + "\n";
  for (const char* path : {"$.ratelimits[0].selector", "$.tracing", "$.listeners[0].max_retries",
                           "$.routing.session_cache", "$.model_providers[5].headers",
                           "$.overrides.upstream_connect_timeout", "$.model_metrics_sources[0]"}) {
    CHECK(warned.find(path) != std::string::npos);
  }
  CHECK(warned.find("max_switch_spend_pct") == std::string::npos);
  CHECK(config.matching.max_switch_spend_pct == 15);
  CHECK_FALSE(config.matching.max_switch_spend_usd);
}

TEST_CASE("the guides' form needs no version and no listeners, and a single preference is read") {
  const TempHome home;
  const auto loaded = LoadText(home, Guide("guide"));
  REQUIRE(loaded);
  const RouterConfig& config = loaded->config;
  REQUIRE(config.preferences.size() == 3);
  CHECK(Shown(config.preferences[0]) == "code understanding: openai,gpt-4.1-2025-04-14 none");
  CHECK(Shown(config.preferences[1]) == "code generation: openai,gpt-5-2025-08-07 none");
  CHECK(Shown(config.preferences[2]) == "code review: anthropic,claude-3-5-sonnet-20241022 none");
  CHECK(config.FindProvider("openai")->models ==
        std::vector<std::string>{"gpt-4.1-2025-04-14", "gpt-5-2025-08-07"});
  // Nothing is marked as the default: the first one stands in.
  CHECK(Shown(*config.routing_rules.default_target) == "openai,gpt-4.1-2025-04-14");
  // Claude Code always asks for a Claude model, which must not go before the preferences.
  CHECK(config.FindAlias("claude-3-5-sonnet-20241022") == nullptr);
}

TEST_CASE("the oldest form is read as the newest") {
  const TempHome home;
  const auto loaded = LoadText(home, Guide("legacy"));
  REQUIRE(loaded);
  CHECK(loaded->config.router_port == 12001);
  CHECK(loaded->timeout_ms == 30'000);
  CHECK(loaded->config.FindProvider("openai")->api_key_env == "OPENAI_API_KEY");
  REQUIRE(loaded->config.preferences.size() == 1);
  CHECK(Shown(loaded->config.preferences[0]) == "talk: openai,gpt-4.1 none");
}

TEST_CASE("every accepted version is read") {
  const TempHome home;
  for (const char* version : {"v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0", "v0.4.0"}) {
    INFO(version);
    CHECK(LoadText(home, std::string("version: ") + version +
                             "\nlisteners: []\nmodel_providers:\n  - model: openai/gpt-5\n"));
  }
}

TEST_CASE("mending moves a description that is indented too deep, and nothing else") {
  const auto mended = MendIndentation(kBroken);
  REQUIRE(mended);
  REQUIRE(mended->lines.size() == 1);
  CHECK(mended->lines[0].line == 6);
  std::string wanted = kBroken;
  wanted.erase(wanted.find("  description: understand"), 2);
  CHECK(mended->text == wanted);
  const TempHome home;
  CHECK_FALSE(LoadText(home, kBroken));
  const auto loaded = LoadText(home, mended->text);
  REQUIRE(loaded);
  CHECK(loaded->config.preferences.size() == 2);
  CHECK_FALSE(MendIndentation(Guide("minimal")));
  CHECK_FALSE(MendIndentation("a: [\n"));
}

TEST_CASE("the same provider with two keys is two providers, each with its own") {
  const TempHome home;
  const auto loaded = LoadText(home, R"(llm_providers:
  - {model: openai/gpt-4.1, access_key: $KEY_A, default: true}
  - {model: openai/gpt-5, access_key: $KEY_B}
  - {model: openai/local, access_key: $KEY_C, base_url: "http://127.0.0.1:9/v1"}
routing_preferences:
  - {name: a, description: b, models: [openai/gpt-5, openai/local]}
)");
  REQUIRE(loaded);
  const RouterConfig& config = loaded->config;
  CHECK(Shown(config.preferences[0]) == "a: openai-2,gpt-5 openai-3,local none");
  const Provider& second = *config.FindProvider("openai-2");
  CHECK(second.api_key_env == "KEY_B");
  CHECK(second.chat_base_url == FindBuiltIn("openai")->chat_base_url);
  CHECK(second.quirks == FindBuiltIn("openai")->quirks);
  CHECK(config.FindProvider("openai")->api_key_env == "KEY_A");
  CHECK(config.FindProvider("openai-3")->chat_base_url == "http://127.0.0.1:9/v1");
}

TEST_CASE("at another address the provider's usual key is never used") {
  const TempHome home;
  const auto loaded =
      LoadText(home, "llm_providers:\n  - {model: openai/x, base_url: 'https://far.example'}\n");
  REQUIRE(loaded);
  const Provider& provider = *loaded->config.FindProvider("openai");
  CHECK(provider.chat_base_url == "https://far.example/v1");
  CHECK(ApiKeyEnvs(nullptr, provider).empty());
}

TEST_CASE("a path in base_url replaces the provider's own, and without one it stays") {
  struct Row {
    std::string entry;
    std::string provider;
    std::string chat;
    std::string messages;
  };
  const std::vector<Row> rows = {
      {"model: groq/x, base_url: 'https://h.example'", "groq", "https://h.example/openai/v1", ""},
      {"model: groq/x, base_url: 'https://h.example/v2/'", "groq", "https://h.example/v2", ""},
      {"model: gemini/x, base_url: 'https://h.example'", "gemini",
       "https://h.example/v1beta/openai", ""},
      {"model: qwen/x, base_url: 'https://h.example'", "dashscope",
       "https://h.example/compatible-mode/v1", ""},
      {"model: zhipu/glm", "zhipu", "https://open.bigmodel.cn/api/paas/v4", ""},
      {"model: anthropic/x, base_url: 'https://h.example'", "anthropic", "", "https://h.example"},
      {"model: anthropic/x, base_url: 'https://h.example/a/v1'", "anthropic", "",
       "https://h.example/a"},
      {"model: deepseek/x, base_url: 'https://h.example'", "deepseek", "https://h.example/v1", ""},
      {"model: acme/x, base_url: 'https://h.example', provider_interface: groq", "acme",
       "https://h.example/openai/v1", ""},
  };
  for (const Row& row : rows) {
    INFO(row.entry);
    const TempHome home;
    const auto loaded = LoadText(home, "llm_providers:\n  - {" + row.entry + "}\n");
    INFO((loaded ? "" : loaded.error().message));
    REQUIRE(loaded);
    const Provider* provider = loaded->config.FindProvider(row.provider);
    REQUIRE(provider != nullptr);
    CHECK(provider->chat_base_url == row.chat);
    CHECK(provider->messages_base_url == row.messages);
  }
}

TEST_CASE("personas stay, and config.yaml goes before the rest of personas.json") {
  const TempHome home;
  mkdir(home.File("router").c_str(), 0700);
  Write(home.File("router/personas.json"), R"({
    "personas": {"Sam": {"provider": "openai", "model": "gpt-5"}, "Ada": {}},
    "providers": {"openai": {"api_key_env": "OLD_KEY", "api_base_url": "https://old.example/v1"},
                  "mine": {"api_base_url": "http://127.0.0.1:1/v1"}},
    "routing_preferences": [{"name": "old", "models": ["openai/gpt-5"]}],
    "model_aliases": {"kept": "openai/a", "fast": "openai/b"},
    "routing_rules": {"default": "mine/m", "think": "openai/t"}})");
  const auto loaded = LoadText(home, Guide("minimal") + R"(model_aliases:
  fast: {target: deepseek-v4-pro}
)");
  REQUIRE(loaded);
  const RouterConfig& config = loaded->config;
  REQUIRE(config.personas.size() == 2);
  CHECK(config.FindPersona("Sam")->provider == "openai");
  CHECK(Shown(OwnTarget(config, config.FindPersona("Ada"))) == "anthropic,claude-sonnet-5");
  CHECK(config.FindPersona("Ada")->preferences == config.preferences);
  CHECK(config.preferences[0].name == "bulk edits");
  CHECK(config.FindProvider("mine") != nullptr);
  // config.yaml does not have it, so it stays.
  CHECK(config.FindProvider("openai")->api_key_env == "OLD_KEY");
  CHECK(Shown(*config.FindAlias("fast")) == "deepseek,deepseek-v4-pro");
  CHECK(Shown(*config.FindAlias("kept")) == "openai,a");
  CHECK(Shown(*config.routing_rules.routes.think) == "openai,t");
  const auto replaced = LoadText(home, "llm_providers:\n  - {model: openai/x, access_key: $NEW}\n");
  REQUIRE(replaced);
  CHECK(replaced->config.FindProvider("openai")->api_key_env == "NEW");
  CHECK(replaced->config.FindProvider("openai")->chat_base_url == "https://api.openai.com/v1");
  // A default that nobody marked gives way to the user's own.
  CHECK(Shown(*replaced->config.routing_rules.default_target) == "mine,m");
}

TEST_CASE("variables of .env count where the environment has nothing") {
  const TempHome home;
  Write(home.File(".env"),
        "# keys\nexport IN_FILE='a b'\nIN_BOTH=file # old\nDOLLAR=a$$b\nNOT_USED=x\nbroken\n");
  setenv("IN_BOTH", "environment", 1);  // NOLINT(concurrency-mt-unsafe)
  const auto loaded = LoadText(home, R"(llm_providers:
  - {model: openai/a, access_key: $IN_FILE}
  - {model: groq/a, access_key: $IN_BOTH}
  - {model: xai/a, access_key: "${DOLLAR}"}
)");
  unsetenv("IN_BOTH");  // NOLINT(concurrency-mt-unsafe)
  REQUIRE(loaded);
  CHECK(loaded->config.warnings.empty());
  CHECK(loaded->file_variables == std::map<std::string, std::string>{
                                      {"IN_FILE", "a b"}, {"IN_BOTH", "file"}, {"DOLLAR", "a$b"}});
}

TEST_CASE("a config.yaml that is not there, or that others may change, is refused") {
  const TempHome home;
  CHECK(Load({home.path()}, home.File("none.yaml")).error().code == ErrorCode::kNotFound);
  Write(home.File("config.yaml"), Guide("minimal"));
  chmod(home.File("config.yaml").c_str(), 0622);
  CHECK(Load({home.path()}, home.File("config.yaml")).error().code == ErrorCode::kPermissionDenied);
}

}  // namespace katra::router::plano
