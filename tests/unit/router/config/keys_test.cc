// Where personas.json may say that keys come from, and Azure's addresses.
#include <sys/stat.h>

#include <fstream>

#include "router/config/config.h"
#include "router/config/endpoint.h"
#include "router/config/session.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

using katra::testing::TempHome;
using Names = std::vector<std::string>;

Result<RouterConfig> LoadText(const std::string& text) {
  const TempHome home;
  mkdir((home.path() + "/router").c_str(), 0700);
  std::ofstream(home.path() + "/router/personas.json", std::ios::binary) << text;
  return Load({home.path(), "", ""});
}

RouterConfig Loaded(const std::string& text) {
  auto config = LoadText(text);
  if (!config) FAIL(config.error().message);
  return *config;
}

TEST_CASE("several keys are read in their order, of a provider and of a persona") {
  const RouterConfig config = Loaded(R"({"personas": {
      "Sam": {"provider": "openai"},
      "Tom": {"provider": "openai", "api_key_env": ["T1", "T2"]},
      "Ann": {"provider": "openai", "api_key_env": "A1"}},
    "providers": {"openai": {"api_key_env": ["K1", "K2", "K3"], "key_order": "round_robin"},
                  "deepseek": {"api_key_env": "D1"}}})");
  const Provider& openai = *config.FindProvider("openai");
  const Provider& deepseek = *config.FindProvider("deepseek");
  CHECK(openai.key_order == KeyOrder::kRoundRobin);
  CHECK(deepseek.key_order == KeyOrder::kInOrder);
  CHECK(ApiKeyEnv(nullptr, openai) == "K1");
  CHECK(ApiKeyEnvs(nullptr, openai) == Names{"K1", "K2", "K3"});
  CHECK(ApiKeyEnvs(config.FindPersona("Sam"), openai) == Names{"K1", "K2", "K3"});
  CHECK(ApiKeyEnvs(config.FindPersona("Tom"), openai) == Names{"T1", "T2"});
  CHECK(ApiKeyEnvs(config.FindPersona("Ann"), openai) == Names{"A1"});
  CHECK(ApiKeyEnvs(config.FindPersona("Tom"), deepseek) == Names{"D1"});
  CHECK(ApiKeyEnvs(nullptr, *config.FindProvider("ollama")).empty());
}

TEST_CASE("a session that was started with one of several keys keeps them all") {
  const RouterConfig config = Loaded(R"({"personas": {"Sam": {"provider": "openai"}},
    "providers": {"openai": {"api_key_env": ["K1", "K2"]}}})");
  const Provider& openai = *config.FindProvider("openai");
  const auto names = [&](const char* variable) {
    const PersonaConfig own = SessionPersona(config, "Sam", {"openai", "", variable});
    return ApiKeyEnvs(&own, openai);
  };
  CHECK(names("K2") == Names{"K1", "K2"});
  CHECK(names("") == Names{"K1", "K2"});
  CHECK(names("OTHER") == Names{"OTHER"});
}

TEST_CASE("a command stands in place of the provider's variables") {
  const RouterConfig config = Loaded(R"({"personas": {
      "Sam": {"provider": "openai"}, "Tom": {"provider": "openai", "api_key_env": "TOM_KEY"}},
    "providers": {
      "openai": {"api_key_command": "pass show openai"},
      "ollama": {"api_key_command": ["key", "of ollama", ""], "api_key_timeout_s": 5},
      "acme": {"api_base_url": "https://acme.example/v1", "interface": "openai",
               "api_key_command": ["key"], "api_key_lifetime_s": 60}}})");
  const Provider& openai = *config.FindProvider("openai");
  CHECK(openai.key_command.words == Names{"/bin/sh", "-c", "pass show openai"});
  CHECK(openai.key_command.timeout == std::chrono::seconds(30));
  CHECK(ApiKeyEnvs(config.FindPersona("Sam"), openai).empty());
  CHECK(KeyCommandOf(config.FindPersona("Sam"), openai) == &openai.key_command);
  CHECK(KeyCommandOf(config.FindPersona("Tom"), openai) == nullptr);
  CHECK(ApiKeyEnv(config.FindPersona("Tom"), openai) == "TOM_KEY");
  const Provider& ollama = *config.FindProvider("ollama");
  CHECK(ollama.key_command.words == Names{"key", "of ollama", ""});
  CHECK(ollama.key_command.timeout == std::chrono::seconds(5));
  CHECK(ollama.auth != Auth::kNone);
  const Provider& acme = *config.FindProvider("acme");
  CHECK(acme.auth == Auth::kBearer);
  CHECK(acme.key_command.lifetime == std::chrono::seconds(60));
}

struct Wrong {
  const char* provider;
  const char* said;
};

TEST_CASE("what is wrong about keys is said, and no value is repeated") {
  for (const Wrong& wrong : {
           Wrong{R"("api_key_env": [])", "api_key_env"},
           Wrong{R"("api_key_env": ["A", "A"])", "api_key_env"},
           Wrong{R"("api_key_env": ["A", "sk-secret-secret"])",
                 "expected the name of an environment variable"},
           Wrong{R"("api_key_env": ["A", ""])", "expected the name of an environment variable"},
           Wrong{R"("api_key_env": 5)", "api_key_env"},
           Wrong{R"("key_order": "random")", "in_order, round_robin"},
           Wrong{R"("api_key_command": "")", "api_key_command"},
           Wrong{R"("api_key_command": [])", "api_key_command"},
           Wrong{R"("api_key_command": [""])", "name the program to run"},
           Wrong{R"("api_key_command": ["a", 5])", "api_key_command"},
           Wrong{R"("api_key_command": {"secret-secret": 1})", "api_key_command"},
           Wrong{R"("api_key_command": "x", "api_key_env": "A")", "comes from one place"},
           Wrong{R"("api_key_timeout_s": 5)", "needs api_key_command"},
           Wrong{R"("api_key_command": "x", "api_key_timeout_s": 0)", "api_key_timeout_s"},
           Wrong{R"("api_key_command": "x", "api_key_lifetime_s": -1)", "api_key_lifetime_s"},
           Wrong{R"("api_version": "2024-10-21&key=secret-secret")", "api_version"},
       }) {
    INFO(wrong.provider);
    const auto config =
        LoadText(std::string(R"({"providers": {"openai": {)") + wrong.provider + "}}}");
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find(wrong.said) != std::string::npos);
    CHECK(config.error().message.find("secret-secret") == std::string::npos);
  }
}

struct Address {
  const char* written;
  const char* version;  // api_version
  const char* asked;    // for the model "my gpt"
};

TEST_CASE("addresses of Azure are completed as its resources are asked") {
  const char* const kVersioned = "?api-version=2024-10-21";
  for (const Address& address : {
           Address{"https://a.openai.azure.com", "", "/openai/v1/chat/completions"},
           Address{"https://a.openai.azure.com/", "", "/openai/v1/chat/completions"},
           Address{"https://A.OpenAI.azure.com/openai/", "", "/openai/v1/chat/completions"},
           Address{"https://a.cognitiveservices.azure.com/openai/v1", "",
                   "/openai/v1/chat/completions"},
           Address{"https://a.services.ai.azure.com", "2024-10-21",
                   "/openai/deployments/my%20gpt/chat/completions"},
           Address{"https://a.openai.azure.com/openai/deployments/{deployment}", "2024-10-21",
                   "/openai/deployments/my%20gpt/chat/completions"},
           Address{"https://a.openai.azure.com/openai/deployments/x/chat/completions"
                   "?api-version=2024-10-21",
                   "", "/openai/deployments/x/chat/completions"},
       }) {
    INFO(address.written);
    const std::string version =
        *address.version == 0 ? "" : R"(, "api_version": ")" + std::string(address.version) + "\"";
    const RouterConfig config =
        Loaded(R"({"providers": {"east": {"api_base_url": ")" + std::string(address.written) +
               R"(", "api_key_env": "K")" + version + "}}}");
    const Provider& east = *config.FindProvider("east");
    CHECK(east.azure);
    CHECK(east.auth == Auth::kApiKey);
    const std::string asked = ChatAddress(east, "/chat/completions", "my gpt");
    const std::string path = asked.substr(asked.find('/', 8));
    const bool versioned = path.find("deployments") != std::string::npos;
    CHECK(path == address.asked + std::string(versioned ? kVersioned : ""));
  }
}

TEST_CASE("what is Azure's and what is not") {
  for (const char* url :
       {"https://openai.azure.com.evil.test", "https://a.openai.azure.com.evil.test",
        "https://aopenai.azure.com", "https://h/.openai.azure.com"}) {
    INFO(url);
    CHECK_FALSE(IsAzureHost(url));
  }
  const RouterConfig config = Loaded(R"({"providers": {
    "azure": {"api_base_url": "http://127.0.0.1:9"},
    "token": {"api_base_url": "https://a.openai.azure.com", "api_key_command": "az"},
    "claude": {"api_base_url": "https://a.services.ai.azure.com/anthropic", "api_key_env": "K"},
    "openai": {"api_base_url": "https://a.openai.azure.com"},
    "own": {"api_base_url": "https://own.test/v1?api-version=1", "api_key_env": "K"},
    "said": {"api_base_url": "https://a.openai.azure.com", "api_key_env": "K", "auth": "bearer"}}})");
  CHECK(config.FindProvider("azure")->api_key_env == "AZURE_OPENAI_API_KEY");
  CHECK(config.FindProvider("azure")->chat_base_url == "http://127.0.0.1:9/openai/v1");
  CHECK(config.FindProvider("token")->auth == Auth::kBearer);
  CHECK(config.FindProvider("token")->api_key_env.empty());
  CHECK(config.FindProvider("openai")->auth == Auth::kApiKey);
  CHECK(config.FindProvider("openai")->api_key_env == "OPENAI_API_KEY");
  CHECK(config.FindProvider("openai")->chat_base_url == "https://a.openai.azure.com/openai/v1");
  const Provider& claude = *config.FindProvider("claude");
  CHECK(claude.interface == Interface::kMessages);
  CHECK(claude.messages_base_url == "https://a.services.ai.azure.com/anthropic");
  CHECK(claude.auth == Auth::kXApiKey);
  CHECK_FALSE(config.FindProvider("own")->azure);
  CHECK(ChatAddress(*config.FindProvider("own"), "/chat/completions", "m") ==
        "https://own.test/v1/chat/completions?api-version=1");
  CHECK(config.FindProvider("said")->auth == Auth::kBearer);
  for (const char* url : {"https://a.openai.azure.com/openai/deployments/x",
                          "https://a.openai.azure.com/openai/v1?api-version=1&key=2"}) {
    INFO(url);
    CHECK_FALSE(LoadText(R"({"providers": {"a": {"api_base_url": ")" + std::string(url) + "\"}}}"));
  }
}

}  // namespace
}  // namespace katra::router
