// katra doctor on keys, logins, commands that print keys, and what is registered where. It never
// shows a key.
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/health/findings.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

class Configured : public TestUser {
 public:
  explicit Configured(const std::string& personas) {
    if (!personas.empty()) Write("katra/router/personas.json", personas);
  }
  Finding Provider(const std::string& subject) {
    return FindingOf(CheckProviders(Make()), subject);
  }
  Finding Login(const std::string& subject) { return FindingOf(CheckLogins(Make()), subject); }
  Finding Registration(const std::string& subject) {
    return FindingOf(CheckRegistrations(Make()), subject);
  }
};

constexpr const char* kTwoKeys =
    R"({"personas": {"Sam": {"provider": "deepseek", "api_key_env": ["ONE_KEY", "TWO_KEY"]}}})";

TEST_CASE("of each provider in use the key is looked for, and never shown") {
  struct Case {
    const char* personas;
    Environment environment;
    const char* subject;
    Health health;
    const char* text;
  };
  const Case cases[] = {
      {"",
       {},
       "key of anthropic",
       Health::kNote,
       "ANTHROPIC_API_KEY is not set: the client's own login is used"},
      {"",
       {{"ANTHROPIC_API_KEY", "sk-secret"}},
       "key of anthropic",
       Health::kGood,
       "ANTHROPIC_API_KEY is set"},
      {"", {}, "key of openai", Health::kGood, "(no such finding)"},
      {R"({"default_provider": "openai"})",
       {},
       "key of openai",
       Health::kWarning,
       "OPENAI_API_KEY is not set"},
      {R"({"personas": {"Sam": {"provider": "openai", "client": "codex"}}})",
       {},
       "key of openai",
       Health::kNote,
       "the client's own login is used"},
      {R"({"personas": {"Sam": {"provider": "deepseek"}}})",
       {{"DEEPSEEK_API_KEY", "sk-secret"}},
       "key of deepseek",
       Health::kGood,
       "DEEPSEEK_API_KEY is set"},
      {R"({"personas": {"Sam": {"provider": "deepseek"}}})",
       {{"DEEPSEEK_API_KEY", ""}},
       "key of deepseek",
       Health::kWarning,
       "DEEPSEEK_API_KEY is not set"},
      {kTwoKeys,
       {{"TWO_KEY", "sk-secret"}},
       "key of deepseek",
       Health::kWarning,
       "of ONE_KEY, TWO_KEY only TWO_KEY is set"},
      {kTwoKeys,
       {{"ONE_KEY", "sk-secret"}, {"TWO_KEY", "sk-secret"}},
       "key of deepseek",
       Health::kGood,
       "ONE_KEY, TWO_KEY are set"},
      {R"({"personas": {"Sam": {"provider": "deepseek"}}})",
       {{"DEEPSEEK_API_KEY", "sk-outer"}, {"KATRA_EXPORTS", "DEEPSEEK_API_KEY"}},
       "key of deepseek",
       Health::kWarning,
       "DEEPSEEK_API_KEY is not set"},
  };
  for (const Case& one : cases) {
    INFO(one.personas << " " << one.text);
    Configured user(one.personas);
    user.environment.insert(one.environment.begin(), one.environment.end());
    const Finding finding = user.Provider(one.subject);
    CHECK(finding.health == one.health);
    CHECK(Contains(finding.text, one.text));
    CHECK_FALSE(Contains(finding.text + finding.advice, "sk-"));
  }
}

TEST_CASE("a configuration that cannot be read is bad, and hides no code") {
  Configured user("{\n,}");
  const Finding finding = user.Provider("configuration");
  CHECK(finding.health == Health::kBad);
  CHECK(finding.exit_code == 2);
  CHECK(Contains(finding.text, "personas.json:2"));
  CHECK(Contains(finding.advice, "katra config check"));
}

TEST_CASE("a command that prints a key is run, and what it prints is not shown") {
  struct Case {
    const char* script;
    Health health;
    const char* text;
  };
  const Case cases[] = {
      {"echo sk-secret", Health::kGood, "its api_key_command works"},
      {"echo sk-secret >&2; exit 3", Health::kWarning, "exit code 3"},
      {"true", Health::kWarning, ""},
      {"echo '{\"key\": \"sk-secret\", \"expires_at\": \"2026-11-21T11:59:59Z\"}'",
       Health::kWarning, "expired"},
  };
  for (const Case& one : cases) {
    INFO(one.script);
    Configured user(R"({"providers": {"own": {"api_base_url": "http://127.0.0.1:9/v1",
        "api_key_command": ["print-key"], "models": ["m"]}},
        "personas": {"Sam": {"provider": "own", "model": "m"}}})");
    user.Install("print-key", one.script);
    const Finding finding = user.Provider("key of own");
    INFO(finding.text);
    CHECK(finding.health == one.health);
    CHECK(Contains(finding.text, one.text));
    if (one.health == Health::kGood) CHECK_FALSE(Contains(finding.text, "sk-secret"));
  }
  Configured without(R"({"providers": {"own": {"api_base_url": "http://127.0.0.1:9/v1",
      "api_key_command": ["print-key"], "models": ["m"]}}})");
  CHECK(Contains(without.Provider("key of own").text, "no `print-key` in PATH"));
}

TEST_CASE("the login that a persona goes on is looked at: until when, and whether it renews") {
  constexpr const char* kPersona = R"({"personas": {"Sam": {"login": "own"}}})";
  // 2026-11-21T12:00:00Z is now.
  struct Case {
    const char* file;  // empty: none
    Health health;
    const char* text;
  };
  const Case cases[] = {
      {"", Health::kWarning, "no login: there is no "},
      {"{", Health::kWarning, "contains no readable login"},
      {"{}", Health::kWarning, "contains no readable login"},
      {R"({"claudeAiOauth": {"accessToken": "t"}})", Health::kNote, "its expiry is not known"},
      {R"({"claudeAiOauth": {"accessToken": "t", "expiresAt": 1795262460000}})", Health::kGood,
       "lasts until"},
      {R"({"claudeAiOauth": {"accessToken": "t", "expiresAt": 1795262340000}})", Health::kWarning,
       "and cannot be renewed"},
      {R"({"claudeAiOauth": {"accessToken": "t", "expiresAt": 1795262340000,
           "refreshToken": "r"}})",
       Health::kNote, "Claude Code renews it by itself"},
  };
  for (const Case& one : cases) {
    INFO(one.file);
    Configured user(kPersona);
    if (*one.file != '\0') user.Write("user/.claude/.credentials.json", one.file);
    const Finding finding = user.Login("login of Claude Code");
    INFO(finding.text);
    CHECK(finding.health == one.health);
    CHECK(Contains(finding.text, one.text));
  }
  Configured user(kPersona);
  user.environment["ANTHROPIC_API_KEY"] = "sk-secret";
  CHECK(user.Login("login of Sam").health == Health::kWarning);
  CHECK(Contains(user.Login("login of Sam").text, "two logins would conflict"));
  Configured nobody("{}");
  CHECK(CheckLogins(nobody.Make()).empty());
}

TEST_CASE("what is registered is this installation's server, another's, none, or not to be read") {
  Configured user("");
  user.Install("katra_mcp_server", "exit 0");
  CHECK(user.Registration("Cursor's file").text == "(no such finding)");
  user.Write("user/.cursor/mcp.json", "{}");
  CHECK(user.Registration("Cursor's file").health == Health::kNote);
  REQUIRE(user.Run({"install", "--client", "cursor"}).code == 0);
  CHECK(user.Registration("Cursor's file").health == Health::kGood);
  user.Write("user/.cursor/mcp.json", R"({"mcpServers": {"katra": {"command": "/old/server"}}})");
  CHECK(Contains(user.Registration("Cursor's file").text, "another Katra's server is registered"));
  user.Write("user/.cursor/mcp.json", "{ damaged");
  CHECK(user.Registration("Cursor's file").health == Health::kWarning);
  CHECK(user.Read("user/.cursor/mcp.json") == "{ damaged");
}

}  // namespace
}  // namespace katra::cli::testing
