// What in the clients' own files would be a second login beside a subscription's. Missing one lets
// a key answer where its user chose the subscription.
#include "cli/clients/login_settings.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

// The keys that are found, each with the name of its file.
std::vector<std::string> Found(TestUser& user, const std::string& client) {
  std::vector<std::string> keys;
  for (const LoginSetting& setting : LoginSettings(client, user.Path("work"), user.Make())) {
    keys.push_back(setting.key + " " + setting.file.substr(user.Path("").size()));
  }
  return keys;
}

TEST_CASE("Claude Code's files may hold a key, a helper or headers") {
  struct Case {
    const char* file;
    const char* text;
    const char* key;  // empty: none
  };
  const Case cases[] = {
      {"user/.claude/settings.json", R"({"apiKeyHelper": "pass show key"})", "apiKeyHelper"},
      {"user/.claude/settings.json", R"({"env": {"ANTHROPIC_API_KEY": "sk"}})",
       "env.ANTHROPIC_API_KEY"},
      {"user/.claude/settings.json", R"({"env": {"ANTHROPIC_AUTH_TOKEN": "t"}})",
       "env.ANTHROPIC_AUTH_TOKEN"},
      {"user/.claude/settings.json", R"({"env": {"ANTHROPIC_CUSTOM_HEADERS": "a: b"}})",
       "env.ANTHROPIC_CUSTOM_HEADERS"},
      {"work/.claude/settings.json", R"({"apiKeyHelper": "x"})", "apiKeyHelper"},
      {"work/.claude/settings.local.json", R"({"apiKeyHelper": "x"})", "apiKeyHelper"},
      {"user/.claude/settings.json", "// mine\n{\"apiKeyHelper\": \"x\"}", "apiKeyHelper"},
      {"user/.claude/settings.json", R"({"apiKeyHelper": "", "env": {"ANTHROPIC_API_KEY": ""}})",
       ""},
      {"user/.claude/settings.json", R"({"apiKeyHelper": 7, "env": []})", ""},
      {"user/.claude/settings.json", R"({"env": {"OPENAI_API_KEY": "sk"}})", ""},
      {"user/.claude/settings.json", "{ damaged \"apiKeyHelper\": \"x\"", ""},
  };
  for (const Case& one : cases) {
    INFO(one.file << " " << one.text);
    TestUser user;
    user.Write(one.file, one.text);
    std::vector<std::string> expected;
    if (*one.key != '\0') expected.push_back(std::string(one.key) + " " + one.file);
    CHECK(Found(user, "claude") == expected);
  }
}

TEST_CASE("Codex's files may hold a key, a forced way to log in, or a provider called katra") {
  struct Case {
    const char* file;
    const char* text;
    const char* key;
  };
  const char* const auth = "user/.codex/auth.json";
  const char* const config = "user/.codex/config.toml";
  const Case cases[] = {
      {auth, R"({"OPENAI_API_KEY": "sk"})", "OPENAI_API_KEY"},
      {auth, R"({"OPENAI_API_KEY": "sk", "auth_mode": "ApiKey"})", "OPENAI_API_KEY"},
      {auth, R"({"OPENAI_API_KEY": "sk", "auth_mode": "chatgpt"})", ""},
      {auth, R"({"OPENAI_API_KEY": null, "tokens": {}})", ""},
      {auth, "{", ""},
      {config, "forced_login_method = \"api\"\n", "forced_login_method"},
      {config, "forced_login_method = \"chatgpt\"\n", ""},
      {config, "[model_providers.katra]\nenv_key = \"X\"\n", "model_providers.katra.env_key"},
      {config, "[model_providers.katra.http_headers]\nx = \"y\"\n",
       "model_providers.katra.http_headers"},
      {config, "[model_providers.other]\nenv_key = \"X\"\n", ""},
      {config, "env_key = [", ""},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    TestUser user;
    user.Write(one.file, one.text);
    const auto found = Found(user, "codex");
    if (*one.key == '\0') {
      CHECK(found.empty());
    } else {
      REQUIRE_FALSE(found.empty());
      CHECK(found.front() == std::string(one.key) + " " + one.file);
    }
  }
}

TEST_CASE("clients without a login to pass on have no second one") {
  TestUser user;
  user.Write("user/.claude/settings.json", R"({"apiKeyHelper": "x"})");
  CHECK(Found(user, "gemini").empty());
  CHECK(Found(user, "opencode").empty());
}

}  // namespace
}  // namespace katra::cli::testing
