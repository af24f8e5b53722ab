// What Load makes of personas.json and providers.conf that are right.
#include "router/config/config.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "router/config/endpoint.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

using katra::testing::TempHome;

class ConfigHome {
 public:
  ConfigHome() { mkdir((home_.path() + "/router").c_str(), 0700); }

  ConfigHome& Personas(const std::string& text) { return Write("/router/personas.json", text); }
  ConfigHome& Conf(const std::string& text) { return Write("/providers.conf", text); }
  [[nodiscard]] Result<RouterConfig> Load() const { return router::Load({home_.path(), "", ""}); }
  [[nodiscard]] RouterConfig Loaded() const {
    auto config = Load();
    if (!config) FAIL(config.error().message);
    return *config;
  }

 private:
  ConfigHome& Write(const std::string& below, const std::string& text) {
    std::ofstream(home_.path() + below, std::ios::binary) << text;
    return *this;
  }
  TempHome home_;
};

TEST_CASE("without files there are the built-in providers and anthropic as the default") {
  const RouterConfig config = ConfigHome().Loaded();
  CHECK_FALSE(config.has_personas_file);
  CHECK(config.default_provider == "anthropic");
  CHECK(config.OriginOf("default_provider").kind == OriginKind::kDefault);
  CHECK(config.personas.empty());
  CHECK(config.providers.size() == BuiltIns().size());
  CHECK(config.router_port == 12000);
}

TEST_CASE("an answer's limit is that of the longest beginning of the model's name, or the file's") {
  ConfigHome home;
  const auto limit = [&](const char* model) {
    return MaxOutputTokens(*home.Loaded().FindProvider("openai"), model);
  };
  CHECK(limit("gpt-4-turbo-2024-04-09") == 4096);
  CHECK(limit("gpt-4o-mini") == 16384);
  CHECK(limit("gpt-4o-2024-05-13") == 4096);
  CHECK(limit("openai/GPT-4.1-mini") == 32768);
  CHECK(limit("gpt-5-mini") == 128000);
  CHECK(limit("gpt-5-chat-latest") == 16384);
  CHECK(limit("o3-mini") == 100000);
  CHECK(limit("a-model-of-tomorrow") == 0);
  home.Personas(R"({"providers": {"openai": {"max_output_tokens": 7000}}})");
  CHECK(limit("gpt-5-mini") == 7000);
  CHECK(limit("a-model-of-tomorrow") == 7000);
}

TEST_CASE("prompts are kept for whom the file says so, and for nobody without a word") {
  ConfigHome home;
  RouterConfig config = home.Loaded();
  CHECK_FALSE(Records(config, nullptr));
  home.Personas(R"({"personas": {"Sam": {"record": true}, "Eve": {}}})");
  config = home.Loaded();
  CHECK(Records(config, config.FindPersona("Sam")));
  CHECK_FALSE(Records(config, config.FindPersona("Eve")));
  CHECK_FALSE(Records(config, nullptr));
  home.Personas(
      R"({"router": {"record": true}, "personas": {"Sam": {"record": false}, "Eve": {}}})");
  config = home.Loaded();
  CHECK_FALSE(Records(config, config.FindPersona("Sam")));
  CHECK(Records(config, config.FindPersona("Eve")));
  CHECK(Records(config, nullptr));
}

TEST_CASE("HTTP/2 is spoken to a provider that asks for it, and a plain address is warned of") {
  ConfigHome home;
  home.Personas(R"({"providers": {
    "far": {"api_base_url": "https://far.example/v1", "interface": "openai", "http2": true},
    "near": {"api_base_url": "http://127.0.0.1:1/v1", "interface": "openai", "http2": true},
    "deepseek": {"http2": false}}})");
  const RouterConfig config = home.Loaded();
  CHECK(config.FindProvider("far")->http2);
  CHECK_FALSE(config.FindProvider("deepseek")->http2);
  CHECK_FALSE(config.FindProvider("openai")->http2);
  REQUIRE(config.warnings.size() == 1);
  CHECK(config.warnings[0].path == "$.providers.near.http2");
}

TEST_CASE("routes, aliases and thresholds are read, for everybody and for one persona") {
  ConfigHome home;
  home.Personas(R"({
  "routing_rules": {"subagent": "openai/gpt-5-mini",
                    "longContextThreshold": {"default": 50000, "claude-": 180000}},
  "routing_preferences": [
    {"name": "review", "description": "judging code", "models": ["openai/gpt-5", "ollama/q:8b"],
     "prefer": "cheapest", "examples": ["look over my diff"]}],
  "model_aliases": {"arch.fast.v1": "openai/gpt-5-mini", "big": {"target": "gemini,gemini-3-pro"}},
  "router": {"matcher": "model", "router_model": "ollama/arch-router", "max_switch_spend": 0.5,
             "max_switch_spend_pct": 12.5, "learning": false},
  "personas": {"Sam": {}, "Eve": {"routing_preferences": [
    {"name": "mine", "models": ["deepseek/deepseek-chat"]}]}}
})");
  const RouterConfig config = home.Loaded();
  REQUIRE(config.preferences.size() == 1);
  const RoutePreference& route = config.preferences.front();
  CHECK(route.models == std::vector<Target>{{"openai", "gpt-5"}, {"ollama", "q:8b"}});
  CHECK(route.prefer == Prefer::kCheapest);
  CHECK(route.examples == std::vector<std::string>{"look over my diff"});
  CHECK(config.FindPersona("Sam")->preferences == config.preferences);
  CHECK(config.FindPersona("Sam")->routing.subagent == Target{"openai", "gpt-5-mini"});
  REQUIRE(config.FindPersona("Eve")->preferences.size() == 1);
  CHECK(config.FindPersona("Eve")->preferences[0].name == "mine");
  REQUIRE(config.FindAlias("big") != nullptr);
  CHECK(*config.FindAlias("big") == Target{"gemini", "gemini-3-pro"});
  CHECK(config.FindAlias("Big") == nullptr);
  CHECK(config.routing_rules.LongContextThresholdOf("gpt-5") == 50000);
  CHECK(config.routing_rules.LongContextThresholdOf("Claude-Opus-4-8") == 180000);
  CHECK(config.matching.matcher == Matcher::kModel);
  CHECK(config.matching.router_model == Target{"ollama", "arch-router"});
  CHECK(config.matching.max_switch_spend_usd == 0.5);
  CHECK(config.matching.max_switch_spend_pct == 12.5);
  CHECK_FALSE(config.matching.learning);
  REQUIRE(config.warnings.size() == 1);  // a route without a description
  CHECK(config.warnings[0].path == "$.personas.Eve.routing_preferences[0]");
}

TEST_CASE("a persona has what the file says of it, with the line it stands on") {
  ConfigHome home;
  home.Personas(R"({
  "version": "1.0",
  "default_provider": "openai",
  "personas": {
    "Sam": {"provider": "deepseek", "model": "deepseek-coder", "description": "tests",
            "routing": {"background": "ollama/qwen3:8b", "longContext": "openai,gpt-5"},
            "fallbacks": ["anthropic/claude-sonnet-5", "deepseek-v4-pro"]},
    "Dario": {}
  }
})");
  const RouterConfig config = home.Loaded();
  const PersonaConfig* sam = config.FindPersona("sAM");
  REQUIRE(sam != nullptr);
  CHECK(sam->provider == "deepseek");
  CHECK(sam->routing.background == Target{"ollama", "qwen3:8b"});
  CHECK(sam->routing.long_context == Target{"openai", "gpt-5"});
  CHECK_FALSE(sam->routing.think);
  CHECK(sam->fallbacks ==
        std::vector<Target>{{"anthropic", "claude-sonnet-5"}, {"deepseek", "deepseek-v4-pro"}});
  CHECK(config.OriginOf("personas.Sam.model").line == 5);
  CHECK(config.OriginOf("personas.Sam.routing.background").line == 6);
  CHECK(OwnTarget(config, config.FindPersona("Dario")) == Target{"openai", "gpt-5"});
}

TEST_CASE("a provider of the file's own needs only its address") {
  ConfigHome home;
  home.Personas(R"({"providers": {
    "acme": {"api_base_url": "http://127.0.0.1:9/v1/chat/completions", "api_key_env": "ACME_KEY",
             "interface": "openai", "models": ["coder-1"]},
    "native": {"api_base_url": "http://127.0.0.1:9/anthropic/v1/messages", "interface": "anthropic"},
    "bare": {"api_base_url": "http://127.0.0.1:9"}}})");
  const RouterConfig config = home.Loaded();
  const Provider* acme = config.FindProvider("ACME");
  REQUIRE(acme != nullptr);
  CHECK(acme->chat_base_url == "http://127.0.0.1:9/v1");
  CHECK(acme->default_model == "coder-1");
  CHECK(acme->auth == Auth::kBearer);
  CHECK(config.FindProvider("native")->messages_base_url == "http://127.0.0.1:9/anthropic");
  CHECK(config.FindProvider("native")->auth == Auth::kNone);
  CHECK(config.FindProvider("bare")->chat_base_url == "http://127.0.0.1:9/v1");
}

TEST_CASE("personas.json wins over providers.conf, which wins over the built-in") {
  ConfigHome home;
  home.Conf(
      "# mine\nDEFAULT_PROVIDER=deepseek\nOPENAI_ENDPOINT=\"http://127.0.0.1:7/v1/\"\n"
      "OPENAI_MODEL=gpt-4-turbo # good\r\nDEEPSEEK_MODEL='deepseek-coder'\n");
  RouterConfig config = home.Loaded();
  CHECK(config.default_provider == "deepseek");
  CHECK(config.OriginOf("default_provider").line == 2);
  CHECK(config.FindProvider("openai")->plain_base_url == "http://127.0.0.1:7/v1");
  CHECK(config.FindProvider("openai")->chat_base_url == "http://127.0.0.1:7/v1");
  CHECK(config.FindProvider("openai")->default_model == "gpt-4-turbo");
  CHECK(config.FindProvider("deepseek")->default_model == "deepseek-coder");

  home.Personas(R"({"default_provider": "gemini",
    "providers": {"openai": {"default_model": "gpt-5-mini"}}})");
  config = home.Loaded();
  CHECK(config.default_provider == "gemini");
  CHECK(config.FindProvider("openai")->default_model == "gpt-5-mini");
  CHECK(config.FindProvider("openai")->chat_base_url == "http://127.0.0.1:7/v1");
}

TEST_CASE("a target is split at the comma, else after a known provider") {
  const RouterConfig config = ConfigHome().Loaded();
  const auto parse = [&](const char* text, const char* own) {
    auto target = ParseTarget(config, text, own);
    return target ? target->provider + " " + target->model : target.error().message;
  };
  CHECK(parse("openai,gpt-4", "") == "openai gpt-4");
  CHECK(parse("OpenAI/gpt-4", "anthropic") == "openai gpt-4");
  CHECK(parse("openrouter,anthropic/claude-sonnet-4", "") ==
        "openrouter anthropic/claude-sonnet-4");
  CHECK(parse("openrouter/anthropic/claude-sonnet-4", "") ==
        "openrouter anthropic/claude-sonnet-4");
  CHECK(parse("openrouter/auto", "openai") == "openrouter openrouter/auto");
  CHECK(parse("meta/llama-4", "openrouter") == "openrouter meta/llama-4");
  CHECK(parse("claude-opus-4-8", "anthropic") == "anthropic claude-opus-4-8");
  CHECK(parse("opnai/gpt-4", "anthropic").find("did you mean \"openai\"?") != std::string::npos);
  CHECK(parse("gpt-4", "").find("write provider/model") != std::string::npos);
}

TEST_CASE("a provider's name may be written in any case") {
  ConfigHome home;
  home.Personas(R"({"providers": {"Acme": {"api_base_url": "http://127.0.0.1:9", "models": ["m"]}},
    "personas": {"Sam": {"provider": "ACME"}}})");
  const RouterConfig config = home.Loaded();
  CHECK(OwnTarget(config, config.FindPersona("Sam")) == Target{"acme", "m"});
  CHECK(config.OriginOf("providers.acme.models").kind == OriginKind::kPersonasFile);
}

TEST_CASE("a persona's key is its own at its own provider only") {
  ConfigHome home;
  home.Personas(R"({"personas": {"Sam": {"provider": "openai", "api_key_env": "SAM_KEY"}}})");
  const RouterConfig config = home.Loaded();
  const PersonaConfig* sam = config.FindPersona("Sam");
  CHECK(ApiKeyEnv(sam, *config.FindProvider("openai")) == "SAM_KEY");
  CHECK(ApiKeyEnv(sam, *config.FindProvider("deepseek")) == "DEEPSEEK_API_KEY");
  CHECK(ApiKeyEnv(nullptr, *config.FindProvider("openai")) == "OPENAI_API_KEY");
}

TEST_CASE("a persona's key goes to no other provider when a default names its own") {
  ConfigHome home;
  home.Personas(
      R"({"default_provider": "openai", "personas": {"Sam": {"api_key_env": "SAM_KEY"}}})");
  RouterConfig config = home.Loaded();
  CHECK(ApiKeyEnv(config.FindPersona("Sam"), *config.FindProvider("openai")) == "SAM_KEY");
  CHECK(ApiKeyEnv(config.FindPersona("Sam"), *config.FindProvider("deepseek")) ==
        "DEEPSEEK_API_KEY");
  home.Personas(R"({"routing_rules": {"default": "deepseek/deepseek-v4-pro"},
                    "personas": {"Sam": {"api_key_env": "SAM_KEY"}}})");
  config = home.Loaded();
  CHECK(ApiKeyEnv(config.FindPersona("Sam"), *config.FindProvider("deepseek")) == "SAM_KEY");
  CHECK(ApiKeyEnv(config.FindPersona("Sam"), *config.FindProvider("anthropic")) ==
        "ANTHROPIC_API_KEY");
}

TEST_CASE("a login may go to Anthropic's own host, and to a marked one over TLS") {
  for (const char* url : {"https://api.anthropic.com", "https://api.anthropic.com/v1",
                          "https://api.anthropic.com:443"}) {
    CHECK(MayCarryLogin(url, false));
  }
  for (const char* url :
       {"http://api.anthropic.com", "https://api.anthropic.com:8443", "https://api.anthropic.com.",
        "https://api.anthropic.com.evil.test", "https://api.anthropic.com:443.evil.test",
        "https://api.anthropic.com:4430", "https://x@api.anthropic.com",
        "https://api.anthropic.com@evil.test", "https://api.anthropic.com:443@evil.test",
        "https://evil.test/https://api.anthropic.com", "https://API.anthropic.com",
        "https://anthropic.com", "api.anthropic.com", ""}) {
    INFO(url);
    CHECK_FALSE(MayCarryLogin(url, false));
  }
  for (const char* url :
       {"https://far.test", "http://localhost:1", "http://127.0.0.1", "http://[::1]"}) {
    CHECK(MayCarryLogin(url, true));
    CHECK_FALSE(MayCarryLogin(url, false));
  }
  for (const char* url : {"http://far.test", "http://127.evil.test", "http://localhost.evil.test",
                          "http://localhost@evil.test", "ftp://localhost", "https://u@far.test"}) {
    INFO(url);
    CHECK_FALSE(MayCarryLogin(url, true));
  }
}

TEST_CASE("a client of OpenAI's formats is on its plan at ChatGPT's own host alone") {
  const Provider& openai = *FindBuiltIn("openai");
  const Provider& plan = AskedOnLogin(openai, true);
  CHECK(plan.name == "openai");
  CHECK(plan.chat_base_url == "https://chatgpt.com/backend-api/codex");
  for (const char* model : {"gpt-6-sol", "gpt-5", "gpt-4-turbo", "anything"}) {
    CHECK(IsPlan(plan, InterfaceOf(plan, model), true));
    CHECK_FALSE(IsPlan(plan, InterfaceOf(plan, model), false));
    CHECK_FALSE(IsPlan(openai, InterfaceOf(openai, model), true));
  }
  CHECK(&AskedOnLogin(openai, false) == &openai);
  for (const Provider& other : BuiltIns()) {
    if (other.name == "openai") continue;
    CHECK(&AskedOnLogin(other, true) == &other);
    CHECK_FALSE(IsPlan(other, other.interface, true));
  }
  ConfigHome home;
  home.Personas(R"({"providers": {"openai": {"api_base_url": "https://moved.test/v1"},
    "mine": {"api_base_url": "https://chatgpt.com/backend-api/codex/"},
    "full": {"api_base_url": "https://chatgpt.com:443/backend-api/codex/responses"},
    "api": {"api_base_url": "https://api.openai.com/v1"}}})");
  const RouterConfig config = home.Loaded();
  for (const auto& [name, is] :
       {std::pair{"openai", false}, {"mine", true}, {"full", true}, {"api", false}}) {
    INFO(name);
    const Provider& provider = *config.FindProvider(name);
    CHECK(&AskedOnLogin(provider, true) == &provider);
    CHECK(IsPlan(provider, InterfaceOf(provider, "gpt-6-sol"), true) == is);
    CHECK(TakesClientHeader(provider, "ChatGPT-Account-ID") == is);
  }
  for (const char* url : {"http://chatgpt.com", "https://chatgpt.com:8443", "https://chatgpt.com.",
                          "https://chatgpt.com.evil.test", "https://x.chatgpt.com",
                          "https://chatgpt.com:443.evil.test", "https://chatgpt.com:4430",
                          "https://chatgpt.com@evil.test", "https://CHATGPT.com",
                          "https://evil.test/https://chatgpt.com", "chatgpt.com", ""}) {
    INFO(url);
    CHECK_FALSE(IsChatGptHost(url));
    CHECK_FALSE(MayCarryLogin(url, false));
  }
}

TEST_CASE("what only Anthropic's host takes of a client stays there when the name moves") {
  ConfigHome home;
  const Provider* at_home = FindBuiltIn("anthropic");
  CHECK(TakesClientHeader(*at_home, "Anthropic-Anything"));
  CHECK(TakesClientHeader(*at_home, "user-agent"));
  home.Personas(R"({"providers": {"anthropic": {"api_base_url": "https://moved.test"},
    "own": {"api_base_url": "https://own.test", "interface": "anthropic"}}})");
  const RouterConfig config = home.Loaded();
  for (const char* name : {"anthropic", "own"}) {
    const Provider* moved = config.FindProvider(name);
    CHECK(TakesClientHeader(*moved, "Anthropic-Beta"));
    CHECK_FALSE(TakesClientHeader(*moved, "anthropic-anything"));
    CHECK_FALSE(TakesClientHeader(*moved, "user-agent"));
    CHECK(moved->messages_query.empty());
  }
  for (const Provider& provider : BuiltIns()) {
    for (const char* header : {"authorization", "x-api-key", "cookie", "x-katra-token",
                               "proxy-authorization", "x-claude-code-session-id", "host"}) {
      CHECK_FALSE(TakesClientHeader(provider, header));
    }
  }
}

TEST_CASE("a login is passed where that is said, and never unencrypted to another machine") {
  ConfigHome home;
  home.Personas(R"({"providers": {"a": {"api_base_url": "https://a.test", "pass_login": true},
                                  "b": {"api_base_url": "http://localhost:1", "pass_login": true},
                                  "c": {"api_base_url": "https://c.test"}}})");
  const RouterConfig config = home.Loaded();
  CHECK(config.FindProvider("a")->pass_login);
  CHECK(config.FindProvider("b")->pass_login);
  CHECK_FALSE(config.FindProvider("c")->pass_login);
  CHECK(config.OriginOf("providers.a.pass_login").kind == OriginKind::kPersonasFile);
  home.Personas(R"({"providers": {"a": {"api_base_url": "http://a.test", "pass_login": true}}})");
  const auto refused = home.Load();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("only sent over TLS") != std::string::npos);
}

TEST_CASE("plain mode's addresses are those that are promised") {
  const RouterConfig config = ConfigHome().Loaded();
  const auto plain = [&](const char* name) { return config.FindProvider(name)->plain_base_url; };
  CHECK(plain("anthropic").empty());
  CHECK(plain("openai") == "https://api.openai.com/v1");
  CHECK(plain("deepseek") == "https://api.deepseek.com");
  CHECK(plain("openrouter") == "https://openrouter.ai/api/v1");
}

TEST_CASE("every built-in provider is whole, and its own models have its form") {
  std::vector<std::string> names;
  for (const Provider& provider : BuiltIns()) {
    INFO(provider.name);
    CHECK(IsProviderName(provider.name));
    CHECK(std::find(names.begin(), names.end(), provider.name) == names.end());
    names.push_back(provider.name);
    CHECK_FALSE(provider.title.empty());
    CHECK(provider.built_in);
    const bool messages = provider.interface == Interface::kMessages;
    if (provider.platform == Platform::kNone) {
      CHECK_FALSE((messages ? provider.messages_base_url : provider.chat_base_url).empty());
    }
    for (const std::string& url :
         {provider.chat_base_url, provider.messages_base_url, provider.plain_base_url}) {
      if (url.empty()) continue;
      CHECK(CheckEndpoint(url));
      CHECK_FALSE(url.ends_with('/'));
      CHECK((url.starts_with("https://") || IsLoopback(url)));
    }
    CHECK((provider.auth == Auth::kNone) ==
          (provider.api_key_env.empty() && provider.key_command.empty()));
    for (const std::string& model : provider.models) CHECK(CheckModelForm(provider, model));
    if (!provider.default_model.empty()) {
      CHECK(CheckModelForm(provider, provider.default_model));
    }
  }
}

TEST_CASE("every quirk can be said in the file") {
  for (const char* quirk : {R"("stream_usage": false)",
                            R"("parallel_tool_calls": false)",
                            R"("images": false)",
                            R"("json_schema_output": false)",
                            R"("messages_tool_choice": false)",
                            R"("pdfs": true)",
                            R"("top_k": true)",
                            R"("service_tier": true)",
                            R"("prompt_cache_key": true)",
                            R"("cache_control": true)",
                            R"("inline_system": true)",
                            R"("prefill_prefix": true)",
                            R"("effort_none": true)",
                            R"("think_tags": true)",
                            R"("fixed_sampling": true)",
                            R"("count_tokens": true)",
                            R"("openai_shaped_errors": true)",
                            R"("max_stop_sequences": 1)",
                            R"("max_user_id_characters": 0)",
                            R"("efforts": ["max"])",
                            R"("reasoning_models": ["r1"])",
                            R"("schema_dialect": "gemini")",
                            R"("tool_ids": "nine_alphanumeric")",
                            R"("max_tokens_field": "by_model")",
                            R"("reasoning_request": "effort")",
                            R"("reasoning_history": "thought_signature")",
                            R"("web_search": "options")"}) {
    ConfigHome home;
    home.Personas(std::string(R"({"providers": {"a": {"api_base_url": "http://127.0.0.1:9",
      "quirks": {)") +
                  quirk + "}}}}");
    INFO(quirk);
    CHECK_FALSE(home.Loaded().FindProvider("a")->quirks == Quirks());
  }
}

TEST_CASE("an address is read as the face that it is for") {
  struct Case {
    const char* provider;
    const char* url;
    const char* chat;
    const char* messages;
  };
  const std::vector<Case> cases = {
      {"openai", "https://h/v1/", "https://h/v1", ""},
      {"openai", "https://h/v1/chat/completions", "https://h/v1", ""},
      {"openai", "https://h", "https://h/v1", ""},
      {"openai", "https://h/anthropic", "", "https://h/anthropic"},
      {"anthropic", "https://h/v1", "", "https://h"},
      {"anthropic", "https://h/v1/messages", "", "https://h"},
      {"deepseek", "https://h/v1", "https://h/v1", ""},
      {"deepseek", "https://h/x", "", "https://h/x"},
  };
  for (const Case& one : cases) {
    INFO(one.provider << " " << one.url);
    Provider provider = *FindBuiltIn(one.provider);
    SetEndpoint(provider, one.url, std::nullopt);
    CHECK(provider.chat_base_url == one.chat);
    CHECK(provider.messages_base_url == one.messages);
  }
}

TEST_CASE("an address moves a provider, and does not change what it speaks") {
  for (const Provider& built_in : BuiltIns()) {
    if (built_in.platform != Platform::kNone) continue;  // nobody is sent to those directly
    INFO(built_in.name);
    const auto moved = [&](const char* url, std::optional<Interface> interface) {
      Provider provider = built_in;
      SetEndpoint(provider, url, interface);
      return provider;
    };
    CHECK(moved("https://h", {}).plain_speaks_messages == built_in.plain_speaks_messages);
    CHECK(moved("https://h", {}).interface == built_in.interface);
    if (built_in.plain_speaks_messages) CHECK(moved("https://h", {}).plain_base_url == "https://h");
    CHECK(moved("https://h/x/anthropic", {}).plain_speaks_messages);
    CHECK(moved("https://h/v1/messages", {}).plain_base_url == "https://h");
    CHECK_FALSE(moved("https://h/v1/chat/completions", {}).plain_speaks_messages);
    CHECK(moved("https://h", Interface::kMessages).plain_speaks_messages);
    CHECK_FALSE(moved("https://h", Interface::kChat).plain_speaks_messages);
    // The client would ask for /v1/v1/messages.
    const Provider below = moved("https://h/v1", {});
    CHECK((below.interface == Interface::kMessages) == below.plain_speaks_messages);
  }
}

}  // namespace
}  // namespace katra::router
