// A configuration of claude-code-router in the terms of personas.json: what is taken over, what is
// only named, and what is refused.
#include "router/claude_code_router/import.h"

#include <nlohmann/json.hpp>

#include "router/claude_code_router/json5.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::claude_code_router {
namespace {

constexpr const char* kExample = R"(// mine
{ PORT: 3456, 'HOST': "127.0.0.1", "APIKEY": "sk-local-secret",
  "Providers": [
    { "name": "Anthropic", "api_base_url": "https://api.anthropic.com/v1/messages", "api_key": "$ANTHROPIC_API_KEY", "models": ["claude-sonnet-5"], "transformer": { "use": ["Anthropic"] } },
    { "name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions", "api_key": "${DEEPSEEK_API_KEY}", "models": ["deepseek-v4-pro"], "transformer": { "use": ["deepseek", ["maxtoken", {"max_tokens": 8192}]] } },
    { "name": "acme", "api_base_url": "https://acme.example/v1/chat/completions", "api_key": "sk-acme-secret", "models": ["m"] },
    { "name": "local", "api_base_url": "http://127.0.0.1:11434/v1/chat/completions", "api_key": "ollama", "models": ["qwen3:8b"], "transformer": { "use": ["streamoptions", "mine"] } }, ],
  /* routes
     of mine */
  "CUSTOM_ROUTER_PATH": "/home/me/router.js",
  "Router": { "default": "anthropic,claude-sonnet-5", "background": "local,qwen3:8b", "think": "deepseek,deepseek-v4-pro", "longContextThreshold": 60000, "webSearch": "",
    "rules": [
      { "type": "condition", "condition": { "left": "request.body.model", "operator": "contains", "right": "haiku" }, "rewrites": [ { "key": "request.body.model", "operation": "set", "value": "acme/m" } ] },
      { "type": "script", "script": { "file": "x.js" } } ] },
  "fallback": { "default": ["deepseek,deepseek-v4-pro"], "think": [] } }
)";

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("providers, routes, thresholds and fallbacks are taken over") {
  const auto imported = ImportConfig(kExample, "config.json");
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported);
  const nlohmann::ordered_json wanted = nlohmann::ordered_json::parse(R"({
    "version": "1.0",
    "providers": {
      "anthropic": {"api_key_env": "ANTHROPIC_API_KEY", "models": ["claude-sonnet-5"]},
      "deepseek": {"api_key_env": "DEEPSEEK_API_KEY", "models": ["deepseek-v4-pro"],
                   "max_output_tokens": 8192},
      "acme": {"api_base_url": "https://acme.example/v1/chat/completions", "interface": "openai",
               "api_key_env": "ACME_API_KEY", "models": ["m"]},
      "local": {"api_base_url": "http://127.0.0.1:11434/v1/chat/completions",
                "interface": "openai", "api_key_env": "", "models": ["qwen3:8b"]}},
    "routing_rules": {"background": "local,qwen3:8b", "default": "anthropic,claude-sonnet-5",
                      "longContextThreshold": 60000, "think": "deepseek,deepseek-v4-pro",
                      "fallbacks": ["deepseek,deepseek-v4-pro"]}})");
  CHECK(nlohmann::json(*imported->document) == nlohmann::json(wanted));
}

TEST_CASE("what is not taken over is named with its line, and no key is shown") {
  const auto imported = ImportConfig(kExample, "config.json");
  REQUIRE(imported);
  std::string all;
  for (const ConfigWarning& warning : imported->warnings) all += DescribeWarning(warning) + "\n";
  INFO(all);
  for (const char* said :
       {"config.json:2: $.APIKEY", "config.json:6: $.Providers[2].api_key: is a key",
        "ACME_API_KEY", "config.json:7: $.Providers[3].transformer.use[1]",
        "\"mine\" is not one of", "config.json:10: $.CUSTOM_ROUTER_PATH: is a program of your own",
        "config.json:14: $.Router.rules[1]", "$.fallback.think"}) {
    INFO(said);
    CHECK(Contains(all, said));
  }
  CHECK_FALSE(Contains(all, "secret"));
  CHECK_FALSE(Contains(imported->document->dump(), "secret"));
}

TEST_CASE("a wrong file is refused with line, path and what is allowed") {
  struct Bad {
    const char* what;
    std::string text;
    std::vector<std::string> said;
  };
  const std::string one =
      R"({"Providers": [{"name": "a", "api_base_url": "https://a.example/v1", "models": ["m"]}],)"
      "\n";
  const std::vector<Bad> cases = {
      {"nothing", "", {"config.json:1:", "is empty"}},
      {"a list", "[]", {"config.json:1:", "expected an object"}},
      {"no providers", "{}", {"has no Providers"}},
      {"an object of providers", "{\n\"Providers\": {}}", {":2: $.Providers", "a list"}},
      {"a provider that is a text", "{\"Providers\": [\n\"a\"]}", {":2: $.Providers[0]"}},
      {"no name", "{\"Providers\": [\n{\"api_base_url\": \"https://a\"}]}", {":2:", "has no name"}},
      {"no address", "{\"Providers\": [\n{\"name\": \"a\"}]}", {":2:", "has no api_base_url"}},
      {"a bad name",
       R"({"Providers": [{"name": "a,b", "api_base_url": "https://a.example"}]})",
       {"$.Providers[0].name", "cannot name a provider"}},
      {"a bad address",
       R"({"Providers": [{"name": "a", "api_base_url": "a.example"}]})",
       {"$.Providers[0].api_base_url"}},
      {"a name twice",
       R"({"Providers": [{"name": "a", "api_base_url": "https://a.example"},
           {"name": "A", "api_base_url": "https://a.example"}]})",
       {":2: $.Providers[1].name", "another provider"}},
      {"models that are a text",
       R"({"Providers": [{"name": "a", "api_base_url": "https://a.example", "models": "m"}]})",
       {"$.Providers[0].models", "expected a list"}},
      {"a model that is a number",
       R"({"Providers": [{"name": "a", "api_base_url": "https://a.example", "models": [1]}]})",
       {"$.Providers[0].models[0]"}},
      {"a key that is a number",
       R"({"Providers": [{"name": "a", "api_base_url": "https://a.example", "api_key": 5}]})",
       {"$.Providers[0].api_key"}},
      {"a transformer that is a text",
       R"({"Providers": [{"name": "a", "api_base_url": "https://a.example", "transformer": "x"}]})",
       {"$.Providers[0].transformer"}},
      {"a route without a provider",
       one + "\"Router\": {\"default\": \"m\"}}",
       {":2: $.Router.default", "not a \"provider,model\""}},
      {"a route at an unknown provider",
       one + "\"Router\": {\"think\": \"b,m\"}}",
       {":2: $.Router.think", "\"b\" is no provider of this file; it has: a"}},
      {"a route that is a list", one + "\"Router\": {\"think\": []}}", {"$.Router.think"}},
      {"routes that are a list", one + "\"Router\": []}", {":2: $.Router", "an object"}},
      {"a threshold in words",
       one + "\"Router\": {\"longContextThreshold\": \"60k\"}}",
       {"$.Router.longContextThreshold", "from 1000 to 10000000"}},
      {"rules that are an object", one + "\"Router\": {\"rules\": {}}}", {"$.Router.rules"}},
      {"a rule to an unknown provider",
       one +
           R"("Router": {"rules": [{"condition": {"left": "request.body.model",
             "operator": "contains", "right": "haiku"},
             "rewrites": [{"key": "request.body.model", "value": "c/m"}]}]}})",
       {"$.Router.rules[0].rewrites[0].value", "\"c\" is no provider"}},
      {"a fallback that is a text",
       one + "\"fallback\": {\"default\": \"a,m\"}}",
       {":2: $.fallback.default", "expected a list"}},
      {"a fallback at an unknown provider",
       one + "\"fallback\": {\"default\": [\"x,m\"]}}",
       {"$.fallback.default[0]", "\"x\" is no provider"}},
      {"a text that is not closed", "{\"Providers\": [\"a\n]}", {"config.json:1:"}},
  };
  for (const Bad& bad : cases) {
    INFO(bad.what << "\n" << bad.text);
    const auto imported = ImportConfig(bad.text, "config.json");
    REQUIRE_FALSE(imported);
    for (const std::string& said : bad.said) {
      INFO(imported.error().message);
      CHECK(Contains(imported.error().message, said));
    }
  }
}

TEST_CASE("JSON5 becomes strict JSON, line by line") {
  CHECK(StrictJson("{a: 'it\\'s \"x\"', // b\n b: [1, 2,],\n}") ==
        "{\"a\": \"it's \\\"x\\\"\", \n \"b\": [1, 2 ] \n}");
  CHECK(StrictJson("/* 1\n2 */{\"http://x\": true}") == "\n{\"http://x\": true}");
  CHECK(StrictJson("{\"a\": null, \"b\": -1.5e3}") == "{\"a\": null, \"b\": -1.5e3}");
}

}  // namespace katra::router::claude_code_router
