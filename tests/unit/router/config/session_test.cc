// What a session's own choice makes of its persona's configuration.
#include "router/config/session.h"

#include <sys/stat.h>

#include <fstream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

using katra::testing::TempHome;

// What personas.json holds.
RouterConfig With(const std::string& personas) {
  TempHome home;
  mkdir((home.path() + "/router").c_str(), 0700);
  std::ofstream(home.path() + "/router/personas.json", std::ios::binary) << personas;
  auto config = Load({home.path(), "", ""});
  if (!config) FAIL(config.error().message);
  return std::move(*config);
}

Target Answering(const RouterConfig& config, const char* persona, const SessionChoice& choice) {
  return SessionTarget(config, SessionPersona(config, persona, choice));
}

}  // namespace

TEST_CASE("without a word of the user's nobody answers a session") {
  CHECK(Answering(With("{}"), "Quinn", {}).provider.empty());
  CHECK(Answering(With(R"({"personas": {"Quinn": {"role": "tester"}}})"), "Quinn", {})
            .provider.empty());
  // The model was read for the built-in default, which is a guess as well.
  CHECK(
      Answering(With(R"({"personas": {"Quinn": {"model": "m"}}})"), "Quinn", {}).provider.empty());
  CHECK(Answering(With(R"({"routing_rules": {"default": "claude-x"}})"), "Quinn", {})
            .provider.empty());
}

TEST_CASE("defaults that the user wrote answer a session that names no provider") {
  CHECK(Answering(With(R"({"default_provider": "openai"})"), "Quinn", {}) ==
        Target{"openai", "gpt-5"});
  CHECK(Answering(With(R"({"default_provider": "openai", "personas": {"Quinn": {"model": "m"}}})"),
                  "Quinn", {}) == Target{"openai", "m"});
  CHECK(Answering(With(R"({"routing_rules": {"default": "openai/gpt-4"}})"), "Quinn", {}) ==
        Target{"openai", "gpt-4"});
  CHECK(Answering(With(R"({"default_provider": "openai", "routing_rules": {"default": "gpt-4"}})"),
                  "Quinn", {}) == Target{"openai", "gpt-4"});
}

TEST_CASE("the session's choice stands before its persona's entry") {
  const RouterConfig config =
      With(R"({"personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}})");
  CHECK(Answering(config, "sam", {}) == Target{"openai", "gpt-4-turbo"});
  CHECK(Answering(config, "Sam", {"openai", "gpt-5", ""}) == Target{"openai", "gpt-5"});
  CHECK(Answering(config, "Sam", {"openai", "", ""}) == Target{"openai", "gpt-4-turbo"});
  CHECK(Answering(config, "Sam", {"deepseek", "deepseek-v4-flash", ""}) ==
        Target{"deepseek", "deepseek-v4-flash"});
  CHECK(Answering(config, "Sam", {"deepseek", "", ""}) == Target{"deepseek", "deepseek-v4-pro"});
  CHECK(Answering(config, "Quinn", {"mistral", "", ""}) ==
        Target{"mistral", "mistral-large-latest"});
}

TEST_CASE("routes and fallbacks stay with the provider that they were written for") {
  const RouterConfig config = With(R"({
    "default_provider": "anthropic",
    "personas": {"Sam": {"provider": "openai", "routing": {"background": "gpt-5-mini"},
                         "fallbacks": ["gpt-4-turbo", "gemini/gemini-2.5-pro"]},
                 "Eve": {"provider": "openai"}},
    "routing_rules": {"background": "claude-haiku-4-5",
                      "fallbacks": ["claude-sonnet-5", "groq,m"]}})");
  SECTION("at the persona's provider") {
    const PersonaConfig sam = SessionPersona(config, "Sam", {"openai", "gpt-5", ""});
    CHECK(sam.routing.background == Target{"openai", "gpt-5-mini"});
    CHECK(sam.fallbacks ==
          std::vector<Target>{{"openai", "gpt-4-turbo"}, {"gemini", "gemini-2.5-pro"}});
  }
  SECTION("at another one") {
    const PersonaConfig sam = SessionPersona(config, "Sam", {"deepseek", "m", ""});
    CHECK_FALSE(sam.routing.background);
    CHECK(sam.fallbacks == std::vector<Target>{{"gemini", "gemini-2.5-pro"}});
  }
  SECTION("a rule's bare model is the default provider's, and nobody else's") {
    CHECK_FALSE(SessionPersona(config, "Eve", {}).routing.background);
    CHECK(SessionPersona(config, "Eve", {}).fallbacks == std::vector<Target>{{"groq", "m"}});
    CHECK_FALSE(SessionPersona(config, "Quinn", {"deepseek", "", ""}).routing.background);
    CHECK(SessionPersona(config, "Quinn", {"anthropic", "", ""}).routing.background ==
          Target{"anthropic", "claude-haiku-4-5"});
  }
}

TEST_CASE("a persona's key stays with the provider that it was written for") {
  const RouterConfig config = With(R"({"personas": {
    "Sam": {"provider": "openai", "api_key_env": "SAM_KEY"}, "Eve": {"api_key_env": "EVE_KEY"}}})");
  const auto variable = [&](const char* persona, const SessionChoice& choice, const char* of) {
    const PersonaConfig own = SessionPersona(config, persona, choice);
    return ApiKeyEnv(&own, *config.FindProvider(of));
  };
  CHECK(variable("Sam", {}, "openai") == "SAM_KEY");
  CHECK(variable("Sam", {"deepseek", "", "DEEPSEEK_API_KEY"}, "deepseek") == "DEEPSEEK_API_KEY");
  CHECK(variable("Sam", {"deepseek", "", "DEEPSEEK_API_KEY"}, "openai") == "SAM_KEY");
  CHECK(variable("Sam", {"openai", "", "OTHER_KEY"}, "openai") == "OTHER_KEY");
  CHECK(variable("Eve", {"deepseek", "", "DEEPSEEK_API_KEY"}, "deepseek") == "DEEPSEEK_API_KEY");
  CHECK(variable("Eve", {"deepseek", "", ""}, "openai") == "OPENAI_API_KEY");
}

TEST_CASE("whose login a session goes on is its own choice, else its persona's") {
  const RouterConfig config = With(R"({"personas": {
    "Sam": {"provider": "anthropic", "login": "own"},
    "Eve": {"provider": "anthropic", "login": "key"}}})");
  const auto own = [&](const char* persona, const SessionChoice& choice) {
    return SessionPersona(config, persona, choice).own_login;
  };
  CHECK(own("Sam", {}));
  CHECK_FALSE(own("Sam", {"anthropic", "", ""}));
  CHECK_FALSE(own("Eve", {}));
  CHECK(own("Eve", {"anthropic", "", "", true}));
  CHECK_FALSE(own("Quinn", {}));
}

TEST_CASE("a choice of the wrong form is refused") {
  CHECK(CheckSessionChoice({}));
  CHECK(CheckSessionChoice({"openai", "gpt-5", "KEY"}));
  CHECK_FALSE(CheckSessionChoice({"", "gpt-5", ""}));
  CHECK_FALSE(CheckSessionChoice({"", "", "", true}));
  CHECK_FALSE(CheckSessionChoice({"Open AI", "", ""}));
  CHECK_FALSE(CheckSessionChoice({"openai", "gpt 5", ""}));
  CHECK_FALSE(CheckSessionChoice({"openai", std::string(201, 'm'), ""}));
}

}  // namespace katra::router
