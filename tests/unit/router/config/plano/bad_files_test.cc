// What is refused in a Plano config.yaml, and what is only warned of, case by case: every message
// names the file, the line, the column, the path and what to do; none repeats what may be a key.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "router/config/plano/file.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::plano {
namespace {

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Result<PlanoFile> Read(const std::string& text) {
  return ReadPlanoFile(text, "config.yaml", [](const std::string& name) {
    return name == "UNSET" ? std::nullopt : std::make_optional<std::string>("value-of-" + name);
  });
}

struct BadFile {
  const char* what;
  std::string text;
  std::vector<std::string> said;  // parts of the message; "@N" stands for "config.yaml:N:"
};

std::string Part(const std::string& said) {
  return said.starts_with('@') ? "config.yaml:" + said.substr(1) + ":" : said;
}

// One entry, with more lines in it, and more after it.
std::string OneEntry(const std::string& lines, const std::string& after = "") {
  return "llm_providers:\n  - model: openai/gpt-5\n" + lines + after;
}

std::string TwoEntries(const std::string& after) {
  return "model_providers:\n"
         "  - {model: openai/gpt-5, name: lead}\n"
         "  - {model: openrouter/*}\n" +
         after;
}

// YAML itself.
const std::vector<BadFile>& BadYaml() {
  static const std::vector<BadFile> cases = {
      {"nothing", "", {"@1:1", "is empty", "llm_providers:"}},
      {"a comment alone", "# mine\n", {"@1:1", "is empty"}},
      {"a list at the top", "- model: openai/gpt-5\n", {"@1:1", "a map of names at the top"}},
      {"a text", "hello\n", {"@1:1", "a map of names at the top"}},
      {"bytes that are not UTF-8", "version: \xC3(\n", {"is not UTF-8"}},
      {"a member twice",
       "version: v0.4.0\nversion: v0.3.0\n",
       {"@2:1", "\"version\" appears a second time (first on line 1)"}},
      {"a second document", OneEntry("", "---\nversion: v0.4.0\n"), {"begins a second document"}},
      {"a list that is not closed", "llm_providers: [\n", {"is not valid YAML"}},
      {"a text that is not closed",
       "llm_providers:\n  - model: \"openai/gpt-5\n",
       {"@2:12", "the closing \" of this text is missing"}},
      {"a tab", "llm_providers:\n\t- model: openai/gpt-5\n", {"line 2 has a tab", "blanks only"}},
      {"an anchor that there is not", "llm_providers: *all\n", {"@1:16", "anchor"}},
      {"a list as a name", "? [a, b]\n: c\n", {"expected a name"}},
      {"a bomb of anchors",
       "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
       "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
       "e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
       {"more than 20,000 values"}},
      {"a description that is indented deeper than its name",
       "llm_providers:\n  - model: openai/gpt-5\n    routing_preferences:\n"
       "      - name: code understanding\n          description: explain code\n",
       {"@5:11", "\"description\" is indented deeper", "begin it in column 9, not 11",
        "      - name: code understanding\n        description: explain code",
        "katra config import --fix"}},
      {"two of them",
       "llm_providers:\n  - model: openai/gpt-5\n      access_key: $KEY\n"
       "    routing_preferences:\n      - name: b\n            description: c\n",
       {"@3:7", "column 5, not 7", "@6:13", "column 9, not 13"}},
  };
  return cases;
}

// The top and the entries.
const std::vector<BadFile>& BadEntries() {
  static const std::vector<BadFile> cases = {
      {"an unknown member at the top",
       "versoin: v0.4.0\n" + OneEntry(""),
       {"@1:1", "$.versoin", "allowed: version, listeners", "did you mean \"version\"?"}},
      {"no providers", "version: v0.4.0\n", {"@1:1", "has no providers"}},
      {"both names of the list",
       OneEntry("", "model_providers:\n  - model: openai/gpt-5\n"),
       {"@1:1", "$.llm_providers", "model_providers on line 3"}},
      {"another version",
       "version: v0.5.0\n" + OneEntry(""),
       {"@1:10", "$.version", "v0.1, v0.1.0, 0.1-beta, 0.2.0, v0.3.0, v0.4.0", "found \"v0.5.0\""}},
      {"no entries", "llm_providers: []\n", {"@1:16", "is empty", "at least one entry"}},
      {"a map of entries",
       "llm_providers:\n  openai: {model: openai/gpt-5}\n",
       {"@2:3", "$.llm_providers", "expected a list, found a map of names"}},
      {"an entry that is a text",
       "llm_providers:\n  - openai/gpt-5\n",
       {"@2:5", "$.llm_providers[0]", "expected a map of names, found a text"}},
      {"an unknown member of an entry",
       OneEntry("    acess_key: $KEY\n"),
       {"@3:5", "$.llm_providers[0].acess_key", "did you mean \"access_key\"?"}},
      {"no model", "llm_providers:\n  - access_key: $KEY\n", {"@2:5", "has no model"}},
      {"V1: a model without a provider",
       "llm_providers:\n  - model: gpt-5\n",
       {"@2:12", "$.llm_providers[0].model", "invalid model name \"gpt-5\"", "openai/gpt-5"}},
      {"a provider without a model",
       "llm_providers:\n  - model: openai/\n",
       {"@2:12", "invalid model name"}},
      {"a model that is a list",
       "llm_providers:\n  - model: [openai/gpt-5]\n",
       {"@2:12", "expected a text, found a list"}},
      {"V2: a name twice",
       "llm_providers:\n  - {name: a, model: openai/x}\n  - {name: a, model: openai/y}\n",
       {"@3:12", "another entry is named \"a\"", "first on line 2"}},
      {"V2: a model twice",
       "llm_providers:\n  - model: openai/gpt-5\n  - model: openai/gpt-5\n",
       {"@3:12", "$.llm_providers[1].model", "appears a second time"}},
      {"V4: a default that is a wildcard",
       "llm_providers:\n  - {model: openai/*, default: true}\n",
       {"@2:32", "$.llm_providers[0].default", "the default is one model"}},
      {"V4: a preference of a wildcard",
       "llm_providers:\n  - model: openai/*\n    routing_preferences:\n      - name: a\n",
       {"@3:5", "stands for all models"}},
      {"a wildcard in a name", "llm_providers:\n  - model: openai/gpt-*\n", {"provider/*"}},
      {"V5: an address that is none",
       OneEntry("    base_url: api.openai.com\n"),
       {"@3:15", "$.llm_providers[0].base_url", "http"}},
      {"V5: another scheme", OneEntry("    base_url: ftp://host/v1\n"), {"@3:15", "http"}},
      {"an address with a password",
       OneEntry("    base_url: https://me:sesame@host/v1\n"),
       {"@3:15", "$.llm_providers[0].base_url"}},
      {"an address in a variable that is not set",
       OneEntry("    base_url: $UNSET\n"),
       {"@3:15", "$UNSET is not set"}},
      {"V7: two defaults",
       "llm_providers:\n  - {model: openai/a, default: true}\n  - {model: openai/b, default: "
       "true}\n",
       {"@3:32", "$.llm_providers[1].default", "\"openai/a\" is the default already"}},
      {"a default that is a text",
       OneEntry("    default: \"true\"\n"),
       {"@3:14", "expected true or false without quotes"}},
      {"a default that is a word", OneEntry("    default: sure\n"), {"expected true or false"}},
      {"an unknown provider",
       "llm_providers:\n  - model: opnai/gpt-5\n",
       {"@2:12", "needs base_url and provider_interface", "did you mean \"openai\"?"}},
      {"a provider of one's own without an interface",
       "llm_providers:\n  - {model: acme/one, base_url: 'https://acme.example/v1'}\n",
       {"@2:13", "needs base_url and provider_interface"}},
      {"an unknown interface",
       "llm_providers:\n  - model: acme/one\n    base_url: https://acme.example/v1\n"
       "    provider_interface: opeanai\n",
       {"@4:25", "expected one of: plano", "did you mean \"openai\"?"}},
      {"an interface of a known provider",
       OneEntry("    provider_interface: openai\n"),
       {"@3:25", "is a known provider", "remove this line"}},
      {"a provider that needs an address",
       "llm_providers:\n  - model: ollama/qwen3\n",
       {"@2:12", "\"ollama\" needs base_url"}},
      {"a model of a ChatGPT plan",
       "llm_providers:\n  - model: chatgpt/gpt-5\n",
       {"@2:12", "--own-login"}},
      {"a model name with a vendor at a provider that has none",
       "llm_providers:\n  - model: openai/meta/llama\n",
       {"@2:12", "$.llm_providers[0].model"}},
      {"a client's login over plain HTTP",
       OneEntry("    base_url: http://far.example/v1\n    passthrough_auth: true\n"),
       {"@4:23", "passthrough_auth", "goes over TLS only"}},
  };
  return cases;
}

// Routes, aliases, listeners and the rest.
const std::vector<BadFile>& BadRoutes() {
  static const std::vector<BadFile> cases = {
      {"V6: an alias of a model that there is not",
       TwoEntries("model_aliases:\n  fast: {target: gpt-6}\n"),
       {"@5:18", "$.model_aliases.fast.target", "\"gpt-6\" is no model of this file",
        "openai/gpt-5"}},
      {"V6: an alias of an alias",
       TwoEntries("model_aliases:\n  a: {target: gpt-5}\n  b: {target: a}\n"),
       {"@6:15", "$.model_aliases.b.target", "\"a\" is an alias itself"}},
      {"an alias without a target",
       TwoEntries("model_aliases:\n  fast: {}\n"),
       {"@5:3", "$.model_aliases.fast", "has no target"}},
      {"an alias that is a text",
       TwoEntries("model_aliases:\n  fast: gpt-5\n"),
       {"@5:9", "expected a map of names, found a text"}},
      {"an unknown member of an alias",
       TwoEntries("model_aliases:\n  fast: {target: gpt-5, tagret: x}\n"),
       {"@5:25", "did you mean \"target\"?"}},
      {"an alias with a slash",
       TwoEntries("model_aliases:\n  my/fast: {target: gpt-5}\n"),
       {"@5:3", "an alias has no /"}},
      {"V8: a route with a model that there is not",
       TwoEntries("routing_preferences:\n  - name: a\n    models: [openai/gpt-55]\n"),
       {"@6:14", "$.routing_preferences[0].models[0]", "did you mean \"openai/gpt-5\"?"}},
      {"a route without models",
       TwoEntries("routing_preferences:\n  - name: a\n"),
       {"@5:5", "$.routing_preferences[0].models", "at least one model"}},
      {"a route with an empty list",
       TwoEntries("routing_preferences:\n  - {name: a, models: []}\n"),
       {"@5:23", "at least one model"}},
      {"a route without a name",
       TwoEntries("routing_preferences:\n  - models: [openai/gpt-5]\n"),
       {"@5:5", "has no name"}},
      {"a route named other",
       TwoEntries("routing_preferences:\n  - {name: other, models: [gpt-5]}\n"),
       {"@5:12", "match no route"}},
      {"two routes of one name",
       TwoEntries("routing_preferences:\n  - {name: a, models: [gpt-5]}\n  - {name: A, models: "
                  "[gpt-5]}\n"),
       {"@6:12", "$.routing_preferences[1].name", "another route is named"}},
      {"a map of routes",
       TwoEntries("routing_preferences:\n  name: a\n"),
       {"@5:3", "expected a list, found a map"}},
      {"an unknown member of a route",
       TwoEntries("routing_preferences:\n  - {name: a, modles: [gpt-5]}\n"),
       {"@5:15", "did you mean \"models\"?"}},
      {"an inline route with models",
       OneEntry("    routing_preferences:\n      - {name: a, models: [gpt-5]}\n"),
       {"@4:19", "allowed: name, description"}},
      {"an unknown preference",
       TwoEntries("routing_preferences:\n  - {name: a, models: [gpt-5], selection_policy: {prefer: "
                  "cheap}}\n"),
       {"cheapest, fastest, none", "did you mean \"cheapest\"?"}},
      {"V12: cheapest without prices",
       TwoEntries("routing_preferences:\n  - {name: a, models: [gpt-5], selection_policy: {prefer: "
                  "cheapest}}\n"),
       {"$.routing_preferences[0].selection_policy.prefer", "type cost in model_metrics_sources"}},
      {"V12: fastest without latency",
       TwoEntries("model_metrics_sources:\n  - {type: cost}\nrouting_preferences:\n  - {name: a, "
                  "models: [gpt-5], selection_policy: {prefer: fastest}}\n"),
       {"@7:59", "type latency in model_metrics_sources"}},
      {"two sources of a kind",
       TwoEntries("model_metrics_sources:\n  - {type: cost}\n  - {type: cost}\n"),
       {"@6:12", "one source of this type"}},
      {"a source of nothing",
       TwoEntries("model_metrics_sources:\n  - {type: quality}\n"),
       {"@5:12", "cost, latency"}},
      {"two listeners for models",
       TwoEntries("listeners:\n  - {name: a, type: model}\n  - {name: b, type: model}\n"),
       {"@6:5", "$.listeners[1]", "one listener of type model"}},
      {"a listener without a type", TwoEntries("listeners:\n  - {name: a}\n"), {"has no type"}},
      {"a listener of another type",
       TwoEntries("listeners:\n  - {name: a, type: modle}\n"),
       {"@5:21", "model, prompt, agent", "did you mean \"model\"?"}},
      {"a port that is none",
       TwoEntries("listeners:\n  - {name: a, type: model, port: 99999}\n"),
       {"@5:34", "$.listeners[0].port", "from 1 to 65535"}},
      {"a port in words",
       TwoEntries("listeners:\n  egress_traffic: {port: usual}\n"),
       {"@5:26", "$.listeners.egress_traffic.port"}},
      {"a timeout without a unit that there is",
       TwoEntries("listeners:\n  - {name: a, type: model, timeout: 5 fortnights}\n"),
       {"@5:37", "$.listeners[0].timeout", "300s"}},
      {"an unknown member of a listener",
       TwoEntries("listeners:\n  - {name: a, type: model, prot: 1}\n"),
       {"@5:28", "did you mean \"port\"?"}},
      {"a share above all",
       TwoEntries("routing: {routing_budget: {max_switch_spend_pct: 101}}\n"),
       {"@4:50", "$.routing.routing_budget.max_switch_spend_pct", "from 0 to 100"}},
      {"a budget without a share",
       TwoEntries("routing: {routing_budget: {}}\n"),
       {"has no max_switch_spend_pct"}},
      {"a rate limit of an unknown model",
       TwoEntries("ratelimits:\n  - {model: gpt-6, limit: {tokens: 5, unit: hour}}\n"),
       {"@5:13", "$.ratelimits[0].model", "did you mean \"gpt-5\"?"}},
      {"a rate limit without a model",
       TwoEntries("ratelimits:\n  - {limit: {tokens: 5, unit: hour}}\n"),
       {"@5:5", "$.ratelimits[0]", "has no model"}},
      {"a rate limit without a limit",
       TwoEntries("ratelimits:\n  - {model: gpt-5}\n"),
       {"@5:5", "$.ratelimits[0]", "has no limit"}},
      {"a rate limit for no time",
       TwoEntries("ratelimits:\n  - {model: gpt-5, limit: {tokens: 5}}\n"),
       {"$.ratelimits[0].limit", "second, minute, hour or day"}},
      {"a rate limit of an unknown unit",
       TwoEntries("ratelimits:\n  - {model: gpt-5, limit: {tokens: 5, unit: minutes}}\n"),
       {"$.ratelimits[0].limit.unit", "did you mean \"minute\"?"}},
      {"a rate limit of no token",
       TwoEntries("ratelimits:\n  - {model: gpt-5, limit: {tokens: 0, unit: minute}}\n"),
       {"$.ratelimits[0].limit.tokens", "expected a number from 1"}},
      {"an unknown member of a rate limit",
       TwoEntries("ratelimits:\n  - {model: gpt-5, limits: {tokens: 5, unit: day}}\n"),
       {"$.ratelimits[0].limits", "did you mean \"limit\"?"}},
      {"rate limits that are no list", TwoEntries("ratelimits: {}\n"), {"@4:13", "$.ratelimits"}},
      {"an unknown member of routing",
       TwoEntries("routing: {sesion_ttl_seconds: 5}\n"),
       {"@4:11", "did you mean \"session_ttl_seconds\"?"}},
      {"routing that is a text", TwoEntries("routing: none\n"), {"@4:10", "$.routing"}},
      {"a share in words",
       TwoEntries("routing: {routing_budget: {max_switch_spend_pct: all}}\n"),
       {"@4:50", "expected a number"}},
      {"an unknown member of overrides",
       TwoEntries("overrides: {llm_routing_modle: x}\n"),
       {"@4:13", "did you mean \"llm_routing_model\"?"}},
      {"an unknown member of prompt_caching",
       TwoEntries("prompt_caching: {enable: true}\n"),
       {"@4:18", "did you mean \"enabled\"?"}},
  };
  return cases;
}

void CheckAll(const std::vector<BadFile>& cases) {
  for (const BadFile& bad : cases) {
    INFO(bad.what << "\n" << bad.text);
    const auto read = Read(bad.text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::kInvalidArgument);
    for (const std::string& said : bad.said) {
      INFO(read.error().message);
      CHECK(Contains(read.error().message, Part(said)));
    }
  }
}

}  // namespace

TEST_CASE("what is no YAML is refused, with the mended lines where only the indentation is wrong") {
  CheckAll(BadYaml());
}

TEST_CASE("a wrong entry of a provider is refused with its place") { CheckAll(BadEntries()); }

TEST_CASE("a wrong route, alias or listener is refused with its place") { CheckAll(BadRoutes()); }

TEST_CASE("a key itself is refused and never shown") {
  for (const std::string key : {"sk-proj-secret", "$$sk-secret", "Bearer $KEY-secret",
                                "${secret-x}", "$1secret", "\"sk-secret\""}) {
    INFO(key);
    const auto read = Read(OneEntry("    access_key: " + key + "\n"));
    REQUIRE_FALSE(read);
    CHECK(Contains(read.error().message, "config.yaml:3:17: $.llm_providers[0].access_key"));
    CHECK(Contains(read.error().message, "keys do not belong in this file"));
    CHECK_FALSE(Contains(read.error().message, "secret"));
  }
}

TEST_CASE("what Plano has and Katra does not use is a warning with its place") {
  const std::vector<BadFile> cases = {
      {"headers",
       OneEntry("    headers: {x-team: build}\n"),
       {"@3:5", "[0].headers", "is not used"}},
      {"a host", OneEntry("    http_host: other.example\n"), {"@3:16", "http_host", "is not used"}},
      {"whom a rate limit is for",
       TwoEntries(
           "ratelimits:\n  - {model: openai/gpt-5, selector: {key: x-team, value: a}, limit: "
           "{tokens: 5, unit: hour}}\n"),
       {"$.ratelimits[0].selector", "all requests to the model"}},
      {"tracing", TwoEntries("tracing: {random_sampling: 1}\n"), {"@4:1", "$.tracing"}},
      {"agents", TwoEntries("agents: []\n"), {"@4:1", "$.agents"}},
      {"an open address",
       TwoEntries("listeners:\n  - {name: a, type: model, address: 0.0.0.0}\n"),
       {"@5:37", "$.listeners[0].address", "127.0.0.1"}},
      {"retries",
       TwoEntries("listeners:\n  - {name: a, type: model, max_retries: 3}\n"),
       {"@5:28", "max_retries"}},
      {"a prompt listener", TwoEntries("listeners:\n  - {name: a, type: prompt}\n"), {"@5:5"}},
      {"a session's time", TwoEntries("routing: {session_ttl_seconds: 5}\n"), {"@4:11"}},
      {"prices", TwoEntries("model_metrics_sources: [{type: cost}]\n"), {"@4:25", "router/prices"}},
      {"a key that is not set",
       OneEntry("    access_key: $UNSET\n"),
       {"@3:17", "$UNSET is set neither"}},
      {"an unencrypted address",
       OneEntry("    base_url: http://far.example/v1\n"),
       {"unencrypted"}},
      {"a router model elsewhere",
       "llm_providers:\n  - model: openai/gpt-5\n  - {model: plano/R, base_url: "
       "'https://far.example'}\noverrides: {llm_routing_model: plano/R}\n",
       {"@4:32", "$.overrides.llm_routing_model", "not on this computer", "local matcher"}},
      {"a router model of nobody",
       TwoEntries("overrides: {llm_routing_model: Plano-Orchestrator}\n"),
       {"@4:32", "no entry of this file has it"}},
      {"a single map as preferences",
       OneEntry("    routing_preferences:\n      name: a\n      description: b c\n"),
       {"@4:7", "list of one", "\n      - name: a\n        description: b c"}},
      {"V10: inline preferences in a file of v0.4.0",
       "version: v0.4.0\n" + OneEntry("    routing_preferences:\n      - name: a\n"),
       {"@4:5", "Plano ignores"}},
      {"a model that two providers have",
       "llm_providers:\n  - model: openai/a\n  - model: groq/a\nrouting_preferences:\n"
       "  - {name: x, description: y, models: [a]}\n",
       {"@5:40", "the first is meant: openai/a"}},
  };
  for (const BadFile& one : cases) {
    INFO(one.what);
    const auto read = Read(one.text);
    INFO((read ? std::string() : read.error().message));
    REQUIRE(read);
    std::string all;
    for (const ConfigWarning& warning : read->overlay.warnings) {
      all += DescribeWarning(warning) + "\n";
    }
    for (const std::string& said : one.said) {
      INFO(all);
      CHECK(Contains(all, Part(said)));
    }
  }
}

TEST_CASE("the cases of bad configuration are at least eighty") {
  CHECK(BadYaml().size() + BadEntries().size() + BadRoutes().size() >= 80);
}

TEST_CASE("a file that was cut off anywhere is refused or read, and never crashes") {
  const std::string whole = TwoEntries(
      "model_aliases:\n  fast: {target: \"gpt-5\"}\nrouting_preferences:\n"
      "  - {name: a, description: 'b', models: [lead]}\n");
  REQUIRE(Read(whole));
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto cut = Read(whole.substr(0, length));
    if (!cut) CHECK(cut.error().message.starts_with("config.yaml:"));
  }
}

}  // namespace katra::router::plano
