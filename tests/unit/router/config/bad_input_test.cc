// What Load refuses, case by case: every message names the file, the line, the place, and what to
// do; no message repeats what may be a key.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "router/config/config.h"
#include "router/config/example.h"
#include "router/config/json_source.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

using katra::testing::TempHome;

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct BadFile {
  const char* what;
  std::string text;
  std::vector<std::string> said;  // parts of the message; "@N" stands for "FILE:N:"
};

std::string Deep(size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

const std::vector<BadFile>& BadPersonas() {
  static const std::vector<BadFile> cases = {
      // JSON
      {"nothing", "", {"@1", "is empty", "{} at least"}},
      {"blanks", " \n\n", {"@1", "is empty"}},
      {"a byte order mark", "\xEF\xBB\xBF{}", {"@1", "byte order mark", "UTF-8 without one"}},
      {"UTF-16", std::string("\xFF\xFE{\0}\0", 6), {"@1", "UTF-16"}},
      {"bytes that are not UTF-8", "{\n\"default_provider\": \"\xC3(\"}", {"@2", "not UTF-8"}},
      {"a comment", "{\n  // mine\n}", {"@2", "contains a comment", "delete it"}},
      {"a comment of the shell", "{\n# mine\n}", {"@2", "contains a comment"}},
      {"a comma too many", "{\n\"version\": 1,\n}", {"@2", "comma before \"}\"", "delete"}},
      {"a comma too many in a list",
       "{\"personas\": {\"A\": {\"fallbacks\": [\n\"openai/gpt-5\",\r\n]}}}",
       {"@2", "$.personas.A.fallbacks: contains a comma before \"]\""}},
      {"a comma too few",
       "{\n\"version\": 1\n\"personas\": {}}",
       {"@3", "expected \",\" or \"}\""}},
      {"no colon", "{\"version\" 1}", {"@1", "expected \":\" after \"version\""}},
      {"single quotes", "{\n\n'version': 1}", {"@3", "a name in double quotes"}},
      {"text in single quotes", "{\"version\": '1'}", {"@1", "single quotes"}},
      {"a name without quotes", "{version: 1}", {"@1", "a name in double quotes", "version"}},
      {"True",
       "{\"router\": {\"record\": True}}",
       {"@1", "$.router.record: expected a value", "small letters"}},
      {"a wrong number", "{\"version\": 01}", {"@1", "not a JSON number"}},
      {"a member twice",
       "{\"personas\": {\n\"Sam\": {},\n\"Sam\": {}}}",
       {"@3", "\"Sam\" appears a second time (first on line 2)"}},
      {"an object without its end", "{\n\"personas\": {\n\n", {"@4", "the \"}\" of line 2"}},
      {"text without its end", "{\"version\": \"1\n}", {"@1", "closing double quote"}},
      {"text with a tab in it", "{\"version\": \"1\t\"}", {"@1", "control character"}},
      {"a wrong escape", "{\"version\": \"\\x31\"}", {"@1", "does not begin an escape"}},
      {"half of a surrogate pair", "{\"version\": \"\\ud800\"}", {"@1", "surrogate"}},
      {"more after the end", "{}\n{}", {"@2", "more after the end"}},
      {"too deep a nesting", Deep(100), {"@1", "64 levels"}},
      // the schema
      {"a list", "[]", {"@1", "$:", "expected object"}},
      {"an unknown member",
       "{\n\"persona\": {}}",
       {"@2", "$.persona:", "did you mean \"personas\"?"}},
      {"a member in another spelling",
       "{\"personas\": {\"Sam\": {\"routing\": {\n\"long_context\": \"x\"}}}}",
       {"@2", "$.personas.Sam.routing.long_context", "did you mean \"longContext\"?"}},
      {"preferences in the words of another gateway",
       "{\"personas\": {\"Sam\": {\n\"routing_preferences\": [\"code\"]}}}",
       {"@2", "$.personas.Sam.routing_preferences"}},
      {"a limit that there is not",
       "{\"providers\": {\"openai\": {\n\"rate_limit\": 5}}}",
       {"@2", "$.providers.openai.rate_limit"}},
      {"another version",
       "{\"version\": \"2.0\"}",
       {"$.version", "reads version 1", "found \"2.0\""}},
      {"a number for a name",
       "{\"personas\": {\"Sam\": {\"model\": 4}}}",
       {"$.personas.Sam.model", "expected string", "found 4"}},
      {"a persona called ../x",
       "{\"personas\": {\n\"../x\": {}}}",
       {"@2", "\"../x\" cannot name a persona"}},
      {"a persona with a blank", "{\"personas\": {\"Sam S\": {}}}", {"cannot name a persona"}},
      {"two personas of one name",
       "{\"personas\": {\"Sam\": {},\n\"SAM\": {}}}",
       {"differ only in case", "rename one"}},
      {"an unknown client",
       "{\"personas\": {\"Sam\": {\"client\": \"claud\"}}}",
       {"$.personas.Sam.client", "claude, codex, gemini, opencode", "did you mean \"claude\"?"}},
      {"a room with a slash",
       "{\"personas\": {\"Sam\": {\"room\": \"a/b\"}}}",
       {"$.personas.Sam.room", "letters, digits"}},
      {"a port that is none",
       "{\"router\": {\"port\": 99999}}",
       {"$.router.port", "at most 65535"}},
      {"a route without models",
       "{\"routing_preferences\": [\n{\"name\": \"x\"}]}",
       {"@2", "$.routing_preferences[0]", "models"}},
      {"a route with an empty list of models",
       "{\"routing_preferences\": [{\"name\": \"x\",\n\"models\": []}]}",
       {"@2", "$.routing_preferences[0].models"}},
      {"a route at an unknown provider",
       "{\"routing_preferences\": [{\"name\": \"x\", \"models\": [\n\"opnai/gpt-5\"]}]}",
       {"@2", "$.routing_preferences[0].models[0]", "did you mean \"openai\"?"}},
      {"two routes of one name",
       R"({"routing_preferences": [{"name": "x", "models": ["openai/a"]},
           {"name": "X", "models": ["openai/b"]}]})",
       {"@2", "$.routing_preferences[1].name", "rename one"}},
      {"a route named other",
       R"({"routing_preferences": [{"name": "Other", "models": ["openai/a"]}]})",
       {"$.routing_preferences[0].name", "match no route"}},
      {"an unknown preference",
       R"({"routing_preferences": [{"name": "x", "models": ["openai/a"], "prefer": "cheap"}]})",
       {"$.routing_preferences[0].prefer", "did you mean \"cheapest\"?"}},
      {"the words of Plano in our file",
       R"({"routing_preferences": [{"name": "x", "models": ["openai/a"], "selection_policy": {}}]})",
       {"$.routing_preferences[0].selection_policy", "is not known here"}},
      {"an alias without a provider to go to",
       "{\"model_aliases\": {\n\"fast\": \"opnai/gpt-5\"}}",
       {"@2", "$.model_aliases.fast", "did you mean \"openai\"?"}},
      {"an alias that is a model already",
       R"({"model_aliases": {"openai/gpt-5": "deepseek/deepseek-chat"}})",
       {"already means a model of that provider"}},
      {"a router model that is not named",
       R"({"router": {"matcher": "model"}})",
       {"$.router.matcher", "needs \"router_model\""}},
      {"an unknown matcher",
       R"({"router": {"matcher": "locale"}})",
       {"$.router.matcher", "did you mean \"local\"?"}},
      {"a threshold that is too small",
       R"({"routing_rules": {"longContextThreshold": 10}})",
       {"$.routing_rules.longContextThreshold"}},
      {"a threshold of a family that is a text",
       R"({"routing_rules": {"longContextThreshold": {"claude-": "180k"}}})",
       {"$.routing_rules.longContextThreshold"}},
      {"a switch that costs less than nothing",
       R"({"router": {"max_switch_spend": -1}})",
       {"$.router.max_switch_spend", "at least 0"}},
      {"a share of more than all",
       R"({"router": {"max_switch_spend_pct": 101}})",
       {"$.router.max_switch_spend_pct", "at most 100"}},
      {"an unknown kind of router",
       "{\"router\": {\"kind\": \"gatway\"}}",
       {"$.router.kind", "did you mean \"gateway\"?"}},
      // keys
      {"a key of a persona",
       "{\"personas\": {\"Sam\": {\n\"api_key\": \"sk-secret-secret\"}}}",
       {"@2", "$.personas.Sam.api_key", "keys do not belong in this file", "api_key_env"}},
      {"a key of a provider",
       "{\"providers\": {\"openai\": {\"token\": \"sk-secret-secret\"}}}",
       {"$.providers.openai.token", "keys do not belong"}},
      {"a key as the name of a variable",
       "{\"personas\": {\"Sam\": {\"api_key_env\": \"sk-secret-secret\"}}}",
       {"$.personas.Sam.api_key_env", "the name of an environment variable"}},
      {"a password in an address",
       "{\"providers\": {\"a\": {\"api_base_url\": \"https://me:sk-secret-secret@h/v1\"}}}",
       {"$.providers.a.api_base_url", "do not belong in a file"}},
      // what names lead to
      {"an unknown provider",
       "{\"personas\": {\"Sam\": {\n\"provider\": \"opnai\"}}}",
       {"@2", "$.personas.Sam.provider", "known: anthropic, openai", "did you mean \"openai\"?"}},
      {"an unknown default provider",
       "{\"default_provider\": \"cloud\"}",
       {"$.default_provider", "not a known provider"}},
      {"a vendor where none belongs",
       "{\"personas\": {\"Sam\": {\"provider\": \"openai\", \"model\": \"openai/gpt-4\"}}}",
       {"$.personas.Sam.model", "have no prefix", "write \"gpt-4\""}},
      {"no vendor where one belongs",
       "{\"personas\": {\"Sam\": {\"provider\": \"openrouter\", \"model\": \"claude\"}}}",
       {"$.personas.Sam.model", "vendor/name", "anthropic/claude-sonnet-4"}},
      {"a route to nowhere",
       "{\"personas\": {\"Sam\": {\"routing\": {\n\"think\": \"opnai,gpt-5\"}}}}",
       {"@2", "$.personas.Sam.routing.think", "did you mean \"openai\"?"}},
      {"a fallback to nowhere",
       "{\"personas\": {\"Sam\": {\"fallbacks\": [\"openai/gpt-5\",\n\"gemni/x\"]}}}",
       {"@2", "$.personas.Sam.fallbacks[1]", "did you mean \"gemini\"?"}},
      {"a model of blanks",
       "{\"personas\": {\"Sam\": {\"provider\": \"openai\", \"model\": \" gpt-4\"}}}",
       {"$.personas.Sam.model", "blanks around it"}},
      {"a provider without an address",
       "{\"providers\": {\"acme\": {\"models\": [\"m\"]}}}",
       {"$.providers.acme", "needs api_base_url"}},
      {"an address of another kind",
       "{\"providers\": {\"a\": {\"api_base_url\": \"ftp://h/v1\"}}}",
       {"does not begin with https:// or http://"}},
      {"an address with a command in it",
       "{\"providers\": {\"a\": {\"api_base_url\": \"https://$(touch x)/v1\"}}}",
       {"$.providers.a.api_base_url", "blanks or characters"}},
      {"an address with a query",
       "{\"providers\": {\"a\": {\"api_base_url\": \"https://h/v1?key=1\"}}}",
       {"\"?\" or \"#\""}},
      {"an address with a port that is none",
       "{\"providers\": {\"a\": {\"api_base_url\": \"http://h:0/v1\"}}}",
       {"has an invalid port"}},
      {"an interface that a built-in provider has not",
       "{\"providers\": {\"openai\": {\"interface\": \"anthropic\"}}}",
       {"$.providers.openai.interface", "give one as api_base_url"}},
      {"two providers of one name",
       "{\"providers\": {\"A\": {\"api_base_url\": \"http://h\"}, \"a\": {\"api_base_url\": "
       "\"http://h\"}}}",
       {"differing only in case"}},
      {"an unknown quirk",
       "{\"providers\": {\"openai\": {\"quirks\": {\"image\": true}}}}",
       {"$.providers.openai.quirks.image", "did you mean \"images\"?"}},
  };
  return cases;
}

const std::vector<BadFile>& BadConf() {
  static const std::vector<BadFile> cases = {
      {"no equals sign", "DEFAULT_PROVIDER openai", {"@1", "expected KEY=value"}},
      {"export", "\nexport DEFAULT_PROVIDER=openai", {"@2", "read, not run"}},
      {"blanks around the sign", "DEFAULT_PROVIDER = openai", {"@1", "no blanks"}},
      {"a command for a key", "$(touch x)=1", {"@1", "is not a key"}},
      {"a quote without its end", "OPENAI_MODEL=\"gpt-4", {"@1", "without its closing one"}},
      {"text after a quote", "OPENAI_MODEL=\"gpt-4\"; touch x", {"@1", "after the closing quote"}},
      {"a key twice",
       "OPENAI_MODEL=a\n# b\nOPENAI_MODEL=c",
       {"@3", "a second time (first on line 1)"}},
      {"an unknown provider",
       "DEFAULT_PROVIDER=opnai",
       {"@1", "DEFAULT_PROVIDER:", "did you mean \"openai\"?"}},
      {"an unknown key", "OPNAI_MODEL=x", {"@1", "did you mean \"OPENAI_MODEL\"?"}},
      {"a key of a provider",
       "OPENAI_API_KEY=sk-secret-secret",
       {"@1", "keys do not belong in this file", "set it in the environment"}},
      {"a command for an address",
       "OPENAI_ENDPOINT=$(touch x)",
       {"@1", "OPENAI_ENDPOINT:", "characters that an address cannot have"}},
      {"a model of the wrong form", "OPENROUTER_MODEL=gpt-4", {"@1", "vendor/name"}},
      {"a byte order mark",
       "\xEF\xBB\xBF"
       "OPENAI_MODEL=x",
       {"@1", "byte order mark"}},
      {"bytes that are not UTF-8", "OPENAI_MODEL=\xFF", {"@1", "not UTF-8"}},
  };
  return cases;
}

void CheckRefused(const std::string& home, const std::string& file,
                  const std::vector<std::string>& said) {
  const auto config = Load({home});
  REQUIRE_FALSE(config);
  CHECK(config.error().code == ErrorCode::kInvalidArgument);
  const std::string& message = config.error().message;
  INFO(message);
  CHECK(Contains(message, file + ":"));
  CHECK_FALSE(Contains(message, "sk-secret"));
  for (const std::string& part : said) {
    const bool line = part.starts_with('@');
    INFO("expected: " << part);
    CHECK(Contains(message, line ? file + ":" + part.substr(1) + ":" : part));
  }
}

TEST_CASE("B86 B91 a personas.json that is wrong is refused with its line and what to do") {
  for (const BadFile& bad : BadPersonas()) {
    const TempHome home;
    mkdir(home.File("router").c_str(), 0700);
    const std::string path = home.File("router/personas.json");
    Write(path, bad.text);
    INFO(bad.what);
    CheckRefused(home.path(), path, bad.said);
  }
}

TEST_CASE("B88 a providers.conf that is wrong is refused with its line, and nothing of it is run") {
  for (const BadFile& bad : BadConf()) {
    const TempHome home;
    const std::string path = home.File("providers.conf");
    Write(path, bad.text);
    INFO(bad.what);
    CheckRefused(home.path(), path, bad.said);
    CHECK(access(home.File("x").c_str(), F_OK) != 0);
  }
}

TEST_CASE("all that is wrong is told at once") {
  const TempHome home;
  mkdir(home.File("router").c_str(), 0700);
  Write(home.File("router/personas.json"),
        "{\"default_provider\": \"nowhere\",\n\"personas\": {\"A\": {\"provider\": \"opnai\"},\n"
        "\"B\": {\"provider\": \"gemni\"}}}");
  Write(home.File("providers.conf"), "DEFAULT_PROVIDER=nobody\n");
  const auto config = Load({home.path()});
  REQUIRE_FALSE(config);
  for (const char* part :
       {"personas.json:1:", "personas.json:2:", "personas.json:3:", "providers.conf:1:"}) {
    CHECK(Contains(config.error().message, part));
  }
}

TEST_CASE("a file that others could have written is refused with the command that mends it") {
  const TempHome home;
  mkdir(home.File("router").c_str(), 0700);
  const std::string path = home.File("router/personas.json");
  const auto refused = [&](const std::string& part) {
    const auto config = Load({home.path()});
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::kPermissionDenied);
    INFO(config.error().message);
    CHECK(Contains(config.error().message, part));
  };
  SECTION("a link") {
    Write(home.File("elsewhere"), "{}");
    REQUIRE(symlink(home.File("elsewhere").c_str(), path.c_str()) == 0);
    refused("is a link");
  }
  SECTION("a link to nowhere") {
    REQUIRE(symlink(home.File("nowhere").c_str(), path.c_str()) == 0);
    refused("is a link");
  }
  SECTION("a folder") {
    mkdir(path.c_str(), 0700);
    refused("not a regular file");
  }
  SECTION("writable by the group") {
    Write(path, "{}");
    REQUIRE(chmod(path.c_str(), 0620) == 0);
    refused("chmod 600 '" + path + "'");
  }
  SECTION("another user's") {
    Write(path, "{}");
    if (geteuid() == 0) {
      REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
      refused("another user (uid 12345)");
    }
  }
  SECTION("in a folder that others may change") {
    Write(path, "{}");
    REQUIRE(chmod(home.File("router").c_str(), 0770) == 0);
    refused("chmod 700 '" + home.File("router") + "'");
  }
  SECTION("providers.conf as well") {
    Write(home.File("providers.conf"), "");
    REQUIRE(chmod(home.File("providers.conf").c_str(), 0666) == 0);
    refused("chmod 600");
  }
}

TEST_CASE("what reads oddly is taken, with a warning that names the line") {
  struct Odd {
    const char* personas;
    const char* conf;
    const char* warning;
  };
  const std::vector<Odd> cases = {
      {"{\"providers\": {\"a\": {\"api_base_url\": \"http://example.com/v1\"}}}", "",
       "unencrypted (http://)"},
      {"{\"providers\": {\"a\": {\"api_base_url\": \"http://127.0.0.1:1\", \"models\": "
       "[\"coder\"]}},"
       "\"personas\": {\"Sam\": {\"provider\": \"a\", \"model\": \"codr\"}}}",
       "", "did you mean \"coder\"?"},
      {"{\"personas\": {\"Sam\": {\"provider\": \"openrouter\", \"routing\": {\"background\": "
       "\"anthropic/claude-haiku-4-5\"}}}}",
       "", "write \"openrouter,anthropic/claude-haiku-4-5\""},
      {"{\"personas\": {\"Sam\": {\"fallbacks\": [\"openai/gpt-5\", \"openai,gpt-5\"]}}}", "",
       "is already in this list"},
      {"{}", "OPENAI_MODEL=$(touch x)", "this file is not executed"},
  };
  for (const Odd& odd : cases) {
    const TempHome home;
    mkdir(home.File("router").c_str(), 0700);
    Write(home.File("router/personas.json"), odd.personas);
    Write(home.File("providers.conf"), odd.conf);
    const auto config = Load({home.path()});
    INFO(odd.warning);
    REQUIRE(config);
    REQUIRE(config->warnings.size() == 1);
    CHECK(Contains(DescribeWarning(config->warnings[0]), odd.warning));
    CHECK(config->warnings[0].line == 1);
    CHECK(access(home.File("x").c_str(), F_OK) != 0);
  }
}

TEST_CASE("a file that was cut off anywhere is refused, and never read as something else") {
  const std::string whole(ExampleText());
  const std::string text = whole.substr(0, whole.find_last_of('}') + 1);
  REQUIRE(ParseJsonSource(text, "f"));
  for (size_t length = 0; length < text.size(); ++length) {
    const auto cut = ParseJsonSource(text.substr(0, length), "f");
    REQUIRE_FALSE(cut);
    CHECK(cut.error().message.starts_with("f:"));
  }
}

TEST_CASE("what strict JSON has is read: escapes, numbers, empty containers") {
  const auto read = ParseJsonSource(
      R"({"a": "\u00e4\ud83d\ude00\n\"", "b": [-1.5e3, 0, true, false, null, {}, []], "c/d~e": 1})",
      "f");
  REQUIRE(read);
  const nlohmann::json& document = *read->document;
  CHECK(document["a"] == "\u00e4\U0001F600\n\"");
  CHECK(document["b"][0] == -1500.0);
  CHECK(document["b"][6].empty());
  CHECK(ShowJsonPath("/b/5", document) == "$.b[5]");
  CHECK(ShowJsonPath("/c~1d~0e", document) == "$.c/d~e");
}

TEST_CASE("the folder of the configuration may not be a link, the home may") {
  const TempHome home;
  const TempHome elsewhere;
  mkdir(elsewhere.File("real").c_str(), 0700);
  Write(elsewhere.File("real/personas.json"), R"({"personas": {"Sam": {}}})");
  REQUIRE(symlink(elsewhere.File("real").c_str(), home.File("router").c_str()) == 0);
  const auto refused = Load({home.path()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kPermissionDenied);
  CHECK(Contains(refused.error().message, home.File("router") + "\" is a link"));
  CHECK_FALSE(PlaceExample(home.path()));
  CHECK(std::filesystem::exists(elsewhere.File("real/personas.json")));
  CHECK_FALSE(std::filesystem::exists(elsewhere.File("real/personas.json.example")));
  std::filesystem::remove(home.File("router"));
  REQUIRE(PlaceExample(home.path()));
  REQUIRE(symlink(home.path().c_str(), elsewhere.File("home").c_str()) == 0);
  CHECK(Load({elsewhere.File("home")}));
}

TEST_CASE("lines may end as on other systems, and every value keeps its line") {
  const TempHome home;
  mkdir(home.File("router").c_str(), 0700);
  Write(home.File("router/personas.json"),
        "{\r\n\"personas\": {\r\n\"Sam\": {\r\n\"provider\": \"openai\"}}}\r\n");
  Write(home.File("providers.conf"), "DEFAULT_PROVIDER=openai\r\n\r\nOPENAI_MODEL=gpt-5\r\n");
  const auto config = Load({home.path()});
  REQUIRE(config);
  CHECK(config->OriginOf("personas.Sam.provider").line == 4);
  CHECK(config->OriginOf("providers.openai.default_model").line == 3);
  CHECK(config->FindProvider("openai")->default_model == "gpt-5");
}

}  // namespace
}  // namespace katra::router
