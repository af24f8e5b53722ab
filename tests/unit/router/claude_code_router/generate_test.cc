// What katra-router-config writes for claude-code-router, and what it leaves alone.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "router/claude_code_router/generate.h"
#include "router/config/example.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::claude_code_router {
namespace {

using katra::testing::TempHome;
using nlohmann::json;

constexpr const char* kTwo = R"({
  "default_provider": "openai",
  "personas": {
    "Alice": {"provider": "openai", "model": "gpt-5"},
    "Bob": {"provider": "acme", "model": "coder-1", "api_key_env": "BOB_KEY",
            "routing": {"background": "ollama/qwen3:8b"}}
  },
  "providers": {"acme": {"api_base_url": "https://acme.example/v1", "api_key_env": "ACME_KEY",
                         "models": ["coder-1", "coder-2"]}},
  "routing_rules": {"think": "openai/gpt-5", "fallbacks": ["deepseek/deepseek-v4-pro"]}
})";

class World {
 public:
  World() { mkdir(home_.File("router").c_str(), 0700); }

  World& Personas(const std::string& text) { return Write("router/personas.json", text); }
  World& Existing(const std::string& text) {
    mkdir(home_.File("ccr").c_str(), 0755);
    return Write("ccr/config.json", text);
  }
  World& Write(const std::string& name, const std::string& text) {
    std::ofstream(home_.File(name), std::ios::binary) << text;
    return *this;
  }
  [[nodiscard]] std::string Read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(home_.File(name), std::ios::binary).rdbuf();
    return text.str();
  }
  [[nodiscard]] bool Has(const std::string& name) const {
    return access(home_.File(name).c_str(), F_OK) == 0;
  }
  [[nodiscard]] std::string File(const std::string& name) const { return home_.File(name); }

  Result<Generated> Run(bool force = false, bool validate_only = false) {
    GenerateOptions options;
    options.home = home_.path();
    options.output = home_.File("ccr/config.json");
    options.force = force;
    options.validate_only = validate_only;
    SystemRandom random;
    return Generate(
        options, [&](const std::string& name) { return set.count(name) != 0; }, clock_, random);
  }
  Generated Done(bool force = false) {
    auto done = Run(force);
    if (!done) FAIL(done.error().message);
    return *done;
  }
  [[nodiscard]] json Config() const { return json::parse(Read("ccr/config.json")); }

  std::set<std::string> set = {"OPENAI_API_KEY", "ACME_KEY", "BOB_KEY", "DEEPSEEK_API_KEY"};

 private:
  TempHome home_;
  katra::testing::ManualClock clock_;
};

json ProviderOf(const json& config, const std::string& name) {
  for (const json& provider : config["Providers"]) {
    if (provider["name"] == name) return provider;
  }
  return {};
}

bool Warned(const Generated& done, const std::string& part) {
  for (const std::string& warning : done.warnings) {
    if (warning.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST_CASE("providers are written with full endpoints, listed models and references to keys") {
  World world;
  world.Personas(kTwo).Done();
  const json config = world.Config();
  const json openai = ProviderOf(config, "openai");
  CHECK(openai["api_base_url"] == "https://api.openai.com/v1/chat/completions");
  CHECK(openai["api_key"] == "$OPENAI_API_KEY");
  CHECK(openai["transformer"]["use"] == json::array({"streamoptions"}));
  CHECK(openai["transformer"]["gpt-5"]["use"] == json::array({"maxcompletiontokens"}));
  const json deepseek = ProviderOf(config, "deepseek");
  CHECK(deepseek["api_base_url"] == "https://api.deepseek.com/anthropic/v1/messages");
  CHECK(deepseek["transformer"] == json{{"use", {"Anthropic"}}});
  CHECK(ProviderOf(config, "ollama")["api_key"] == "none");
  const json bob = ProviderOf(config, "acme-bob");
  CHECK(bob["api_key"] == "$BOB_KEY");
  CHECK(bob["models"] == json::array({"coder-1", "coder-2"}));
  CHECK(ProviderOf(config, "acme")["api_key"] == "$ACME_KEY");
}

TEST_CASE("gemini is asked in its own format, with the slash at the end") {
  World world;
  world.Personas(R"({"default_provider": "gemini"})").Done();
  const json gemini = ProviderOf(world.Config(), "gemini");
  CHECK(gemini["api_base_url"] == "https://generativelanguage.googleapis.com/v1beta/models/");
  CHECK(gemini["transformer"]["use"] == json::array({"gemini"}));
}

TEST_CASE("routing is written for each generation, and the file is closed to others") {
  World world;
  world.Personas(kTwo).Done();
  const json config = world.Config();
  CHECK(config["Router"]["default"] == "openai,gpt-5");
  CHECK(config["Router"]["think"] == "openai,gpt-5");
  CHECK(config["Router"]["rules"][0]["id"] == "katra-default");
  CHECK(config["Router"]["rules"][0]["rewrites"][0]["value"] == "openai/gpt-5");
  CHECK(config["Router"]["fallback"]["models"] == json::array({"deepseek/deepseek-v4-pro"}));
  CHECK(config["fallback"]["default"] == json::array({"deepseek,deepseek-v4-pro"}));
  CHECK(config["CUSTOM_ROUTER_PATH"] == world.File("ccr/katra-router.js"));
  CHECK(config["profile"]["enabled"] == false);
  CHECK(config["HOST"] == "127.0.0.1");
  CHECK(config["APIKEY"].get<std::string>().size() == 41);
  CHECK(world.Read("ccr/katra-router.js").find("\"background\": \"ollama,qwen3:8b\"") !=
        std::string::npos);
  struct stat info = {};
  REQUIRE(stat(world.File("ccr/config.json").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("what else stands in the file stays, and what stood there before is kept as a backup") {
  World world;
  const std::string existing = R"({
  "LOG": true, "LOG_LEVEL": "error", "PORT": 4000, "APIKEY": "mine", "StatusLine": {"enabled": true},
  "Providers": [{"name": "own", "api_base_url": "https://own.example/v1/chat/completions",
                 "api_key": "$OWN", "models": ["m"]},
                {"name": "openai", "api_base_url": "x", "api_key": "sk-real-key-0123456789",
                 "models": ["gpt-4"], "tokenizer": {"type": "tiktoken"}}],
  "Router": {"default": "own,m", "custom": "kept", "rules": [{"id": "mine"}]}
})";
  const Generated done = world.Personas(kTwo).Existing(existing).Done();
  const json config = world.Config();
  CHECK(config["PORT"] == 4000);
  CHECK(config["APIKEY"] == "mine");
  CHECK(config["StatusLine"]["enabled"] == true);
  CHECK(ProviderOf(config, "own")["models"] == json::array({"m"}));
  const json openai = ProviderOf(config, "openai");
  CHECK(openai["api_key"] == "$OPENAI_API_KEY");
  CHECK(openai["tokenizer"]["type"] == "tiktoken");
  CHECK(openai["models"].back() == "gpt-4");
  CHECK(config["Router"]["default"] == "openai,gpt-5");
  CHECK(config["Router"]["custom"] == "kept");
  CHECK(config["Router"]["rules"][0]["id"] == "mine");
  CHECK(Warned(done, "the key that stood in the file is replaced"));
  REQUIRE_FALSE(done.backup.empty());
  CHECK(world.Read(done.backup.substr(world.File("").size())) == existing);
}

TEST_CASE("a second run changes nothing, and a changed personas.json takes back what it wrote") {
  World world;
  world.Personas(kTwo).Done();
  const std::string first = world.Read("ccr/config.json");
  const Generated again = world.Done();
  CHECK_FALSE(again.wrote);
  CHECK(again.backup.empty());
  CHECK(world.Read("ccr/config.json") == first);

  world.Personas(R"({"default_provider": "openai"})").Done();
  const json config = world.Config();
  CHECK_FALSE(config["Router"].contains("think"));
  CHECK_FALSE(config["Router"].contains("fallback"));
  CHECK_FALSE(config.contains("fallback"));
  CHECK(config["Providers"].size() == 1);
  CHECK(config["APIKEY"] == json::parse(first)["APIKEY"]);
}

TEST_CASE("a file that cannot be merged into is left alone, unless --force replaces it") {
  for (const char* existing : {"{\n// mine\n\"PORT\": 1}", "[1]", "{\"PORT\": 1,}", "not json"}) {
    World world;
    world.Personas(kTwo).Existing(existing);
    const auto refused = world.Run();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("--force") != std::string::npos);
    CHECK(world.Read("ccr/config.json") == existing);
    CHECK_FALSE(world.Has("ccr/katra-router.js"));
    const Generated forced = world.Done(true);
    CHECK(world.Config()["PORT"] == 3456);
    CHECK(world.Read(forced.backup.substr(world.File("").size())) == existing);
  }
}

TEST_CASE("a link in the file's place is refused") {
  World world;
  world.Personas(kTwo).Existing("{}").Write("target", "{}");
  REQUIRE(unlink(world.File("ccr/config.json").c_str()) == 0);
  REQUIRE(symlink(world.File("target").c_str(), world.File("ccr/config.json").c_str()) == 0);
  const auto refused = world.Run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kPermissionDenied);
  CHECK(world.Read("target") == "{}");
}

TEST_CASE("a folder in which others could put another script is refused") {
  World world;
  world.Personas(kTwo).Existing("{}");
  REQUIRE(chmod(world.File("ccr").c_str(), 0775) == 0);
  const auto refused = world.Run();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kPermissionDenied);
  CHECK(refused.error().message.find("chmod go-w") != std::string::npos);
  CHECK(world.Read("ccr/config.json") == "{}");
  REQUIRE(chmod(world.File("ccr").c_str(), 01777) == 0);
  CHECK(world.Run());
}

TEST_CASE("to validate writes nothing, and a missing personas.json tells how to begin") {
  World world;
  const auto missing = world.Run(false, true);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().message.find("cp ") != std::string::npos);
  const auto done = world.Personas(kTwo).Run(false, true);
  REQUIRE(done);
  CHECK(done->personas == 2);
  CHECK_FALSE(world.Has("ccr"));
}

TEST_CASE("what claude-code-router would drop without a word is warned of") {
  World world;
  world.set = {"EDITOR"};
  world.Existing(R"({"HOST": "0.0.0.0", "LOG": true, "LOG_LEVEL": "debug", "EDITOR": "x",
    "CUSTOM_ROUTER_PATH": "/old.js",
    "Providers": [{"name": "a", "api_base_url": "u", "api_key": ""},
                  {"name": "b,c", "api_base_url": "u", "api_key": "sk-0123456789abcdef",
                   "transformer": {"use": ["Deepseek", ["gemini", {"x": 1}]]}}],
    "Router": {"image": "gone,m"}})");
  world.Personas(R"({
    "default_provider": "anthropic",
    "personas": {"Sam": {"provider": "openai", "model": "gpt-5", "fallbacks": ["ollama/x"]},
                 "Ann": {"provider": "openai", "model": "gpt-5.6-sol"}},
    "providers": {"openai": {"quirks": {"images": false}},
                  "deepseek": {"max_output_tokens": 5000},
                  "idle": {"api_base_url": "http://127.0.0.1:1"}},
    "router": {"kind": "claude-code-router", "port": 3458, "record": true}})");
  const Generated done = world.Done();
  for (const char* part :
       {"the default names no model", "\"Sam\": claude-code-router has no fallbacks",
        "OPENAI_API_KEY is not set", "does not support quirks", "\"idle\" has no models",
        "request gpt-5.6-sol through Chat Completions", "max_output_tokens is omitted",
        "router.record", "3457 and 3458", "HOST is \"0.0.0.0\"", "level debug",
        "\"EDITOR\" overrides", "CUSTOM_ROUTER_PATH was \"/old.js\"", "\"a\" has no api_key",
        "cannot be routed to", "its key is in the file", "did you mean \"deepseek\"?",
        "\"gemini\" takes no options", "Router.image refers to the provider \"gone\""}) {
    INFO(part);
    CHECK(Warned(done, part));
  }
  for (const std::string& warning : done.warnings) {
    CHECK(warning.find("sk-0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("the example that users begin with is valid and can be written") {
  World world;
  const Generated done = world.Personas(std::string(ExampleText())).Done();
  CHECK(done.personas == 5);
}

}  // namespace
}  // namespace katra::router::claude_code_router
