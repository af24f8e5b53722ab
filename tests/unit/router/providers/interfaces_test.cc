// Which API a model is asked by, and which words of effort it knows.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "router/config/config.h"
#include "router/config/endpoint.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

Result<RouterConfig> Loaded(const std::string& personas) {
  const katra::testing::TempHome home;
  mkdir((home.path() + "/router").c_str(), 0700);
  std::ofstream(home.path() + "/router/personas.json", std::ios::binary) << personas;
  return Load({home.path(), "", ""});
}

bool Has(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST_CASE("a model is asked by the API that its provider's entries say") {
  const auto config = Loaded(R"({"providers": {
    "Acme": {"api_base_url": "http://127.0.0.1:9/v1", "interface": "responses",
             "model_interfaces": {"Old-*": "openai", "old-but-new": "responses"}},
    "plain": {"api_base_url": "http://127.0.0.1:9/v1/responses"},
    "openai": {"model_interfaces": {"gpt-4.1*": "responses"}}}})");
  REQUIRE(config);
  const auto face = [&](const char* provider, const char* model) {
    return InterfaceOf(*config->FindProvider(provider), model);
  };
  CHECK(config->FindProvider("acme")->chat_base_url == "http://127.0.0.1:9/v1");
  CHECK(face("acme", "new") == Interface::kResponses);
  CHECK(face("acme", "old-1") == Interface::kChat);
  CHECK(face("acme", "OLD-BUT-NEW") == Interface::kResponses);
  CHECK(face("plain", "m") == Interface::kResponses);
  CHECK(config->FindProvider("plain")->chat_base_url == "http://127.0.0.1:9/v1");
  CHECK_FALSE(config->FindProvider("plain")->plain_speaks_messages);
  CHECK(face("openai", "gpt-4.1-mini") == Interface::kResponses);
  CHECK(face("openai", "gpt-4") == Interface::kChat);
  CHECK(config->OriginOf("providers.acme.model_interfaces").kind == OriginKind::kPersonasFile);
}

TEST_CASE("an entry for models says what is wrong with it") {
  struct Case {
    const char* provider;
    const char* says;
  };
  const std::vector<Case> cases = {
      {R"("openai": {"model_interfaces": {"gpt-5": "anthropic"}})", "no Messages address"},
      {R"("anthropic": {"model_interfaces": {"m": "responses"}})", "no address of OpenAI's APIs"},
      {R"("openai": {"model_interfaces": {"g*t": "responses"}})", "only allowed at the end"},
      {R"("openai": {"model_interfaces": {"openai/gpt-5": "responses"}})", "have no prefix"},
      {R"("openai": {"model_interfaces": {"gpt-5": "chat"}})",
       "expected one of: openai, anthropic, responses"},
      {R"("openai": {"model_interfaces": {"": "responses"}})", "is not a model's name"},
      {R"("openai": {"model_interfaces": ["gpt-5"]})", "expected"},
      {R"("a": {"api_base_url": "http://127.0.0.1:9", "interface": "response"})",
       "did you mean \"responses\"?"},
  };
  for (const Case& one : cases) {
    INFO(one.provider);
    const auto config = Loaded(std::string("{\"providers\": {") + one.provider + "}}");
    REQUIRE_FALSE(config);
    INFO(config.error().message);
    CHECK(config.error().message.find(one.says) != std::string::npos);
  }
}

TEST_CASE("a model's words of effort are its own, and the configuration's before those") {
  const Provider& openai = *FindBuiltIn("openai");
  CHECK(Has(EffortsOf(openai, "gpt-5.6-sol"), "xhigh"));
  CHECK(Has(EffortsOf(openai, "openai/gpt-6-sol"), "xhigh"));
  CHECK_FALSE(Has(EffortsOf(openai, "gpt-5.1"), "xhigh"));
  CHECK(Has(EffortsOf(openai, "gpt-5.1-codex-max"), "xhigh"));
  CHECK_FALSE(Has(EffortsOf(openai, "gpt-5-mini"), "xhigh"));
  CHECK(Has(EffortsOf(openai, "gpt-5-mini"), "minimal"));
  const auto config = Loaded(R"({"providers": {
    "acme": {"api_base_url": "http://127.0.0.1:9/v1", "interface": "responses"},
    "weak": {"api_base_url": "http://127.0.0.1:9/v1", "interface": "responses",
             "quirks": {"efforts": ["low"]}}}})");
  REQUIRE(config);
  CHECK(Has(EffortsOf(*config->FindProvider("acme"), "m1"), "xhigh"));
  CHECK_FALSE(Has(EffortsOf(*config->FindProvider("acme"), "gpt-5.1"), "xhigh"));
  CHECK(EffortsOf(*config->FindProvider("weak"), "gpt-5.6-sol") == std::vector<std::string>{"low"});
}

}  // namespace
}  // namespace katra::router
