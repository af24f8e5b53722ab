// Budgets, rate limits and caches as personas.json has them, right and wrong.
#include <sys/stat.h>

#include <fstream>

#include "router/config/config.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router {
namespace {

Result<RouterConfig> LoadText(const std::string& text) {
  const testing::TempHome home;
  mkdir((home.path() + "/router").c_str(), 0700);
  std::ofstream(home.path() + "/router/personas.json", std::ios::binary) << text;
  return Load({home.path(), "", ""});
}

struct Bad {
  const char* what;
  std::string text;
  std::vector<std::string> said;  // each is in the message
};

TEST_CASE("budgets, rate limits and caches are read") {
  const auto loaded = LoadText(R"({
  "personas": {"Sam": {}},
  "routing_preferences": [
    {"name": "a", "description": "a", "models": ["openai/gpt-5"], "cache": {}},
    {"name": "b", "description": "b", "models": ["openai/gpt-5"],
     "cache": {"ttl_seconds": 60, "any_temperature": true, "tool_calls": true}},
    {"name": "c", "description": "c", "models": ["openai/gpt-5"]}],
  "router": {
    "budgets": [
      {"persona": "sam", "per": "day", "usd": 5, "warn_at": 0.5, "economise_at": 0.7},
      {"persona": "Sam", "provider": "OpenAI", "per": "month", "usd": 0.25},
      {"persona": "Eva", "per": "day", "usd": 1},
      {"per": "day", "usd": 0}],
    "rate_limits": [
      {"provider": "openai", "requests_per_minute": 60, "tokens_per_day": 1000000},
      {"model": "gemini/gemini-2.5-pro", "requests_per_day": 25}]}
})");
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  const RouterConfig& config = *loaded;
  using routing::cost::BudgetWindow;
  using routing::cost::RateUnit;
  CHECK(config.budgets == std::vector<routing::cost::Budget>{
                              {"Sam", "", BudgetWindow::kDay, 5e6, 0.5, 0.7},
                              {"Sam", "openai", BudgetWindow::kMonth, 0.25e6, 0.8, 0.95},
                              {"Eva", "", BudgetWindow::kDay, 1e6, 0.8, 0.95},
                              {"", "", BudgetWindow::kDay, 0, 0.8, 0.95}});
  CHECK(config.rate_limits ==
        std::vector<routing::cost::RateLimit>{{"openai", "", RateUnit::kMinute, 60, 0},
                                              {"openai", "", RateUnit::kDay, 0, 1000000},
                                              {"gemini", "gemini-2.5-pro", RateUnit::kDay, 25, 0}});
  REQUIRE(config.preferences.size() == 3);
  using routing::cost::CacheRule;
  CHECK(config.preferences[0].cache == CacheRule{});
  CHECK(config.preferences[1].cache == CacheRule{std::chrono::seconds(60), true, true});
  CHECK_FALSE(config.preferences[2].cache);
  REQUIRE(config.warnings.size() == 1);  // a persona that no entry has
  CHECK(config.warnings[0].path == "$.router.budgets[2].persona");
  CHECK(config.warnings[0].message.find("no persona of this file is named \"Eva\"") == 0);
}

TEST_CASE("what is wrong with a budget, a rate limit or a cache is told with its place") {
  const std::vector<Bad> cases = {
      {"a budget without an amount",
       "{\"router\": {\"budgets\": [\n{\"per\": \"day\"}]}}",
       {":2: ", "$.router.budgets[0]", "usd"}},
      {"a budget of a week",
       R"({"router": {"budgets": [{"usd": 1, "per": "dya"}]}})",
       {"$.router.budgets[0].per", "one of: day, month", "did you mean \"day\"?"}},
      {"a budget below nothing",
       R"({"router": {"budgets": [{"usd": -1, "per": "day"}]}})",
       {"$.router.budgets[0].usd", "at least 0"}},
      {"a budget that is a text",
       R"({"router": {"budgets": [{"usd": "5 USD", "per": "day"}]}})",
       {"$.router.budgets[0].usd", "number"}},
      {"a share above all",
       R"({"router": {"budgets": [{"usd": 1, "per": "day", "warn_at": 80}]}})",
       {"$.router.budgets[0].warn_at", "at most 1"}},
      {"an unknown member of a budget",
       R"({"router": {"budgets": [{"usd": 1, "per": "day", "personna": "Sam"}]}})",
       {"$.router.budgets[0].personna", "did you mean \"persona\"?"}},
      {"a budget at no provider",
       R"({"router": {"budgets": [{"usd": 1, "per": "day", "provider": "opnai"}]}})",
       {"$.router.budgets[0].provider", "did you mean \"openai\"?"}},
      {"one budget twice",
       "{\"personas\": {\"Sam\": {}}, \"router\": {\"budgets\": ["
       "{\"usd\": 1, \"per\": \"day\", \"persona\": \"Sam\"},\n"
       "{\"usd\": 2, \"per\": \"day\", \"persona\": \"sam\"}]}}",
       {":2: ", "$.router.budgets[1]", "of another budget, $.router.budgets[0]"}},
      {"budgets that are no list",
       R"({"router": {"budgets": {"usd": 1, "per": "day"}}})",
       {"$.router.budgets", "array"}},
      {"a rate limit of nobody",
       R"({"router": {"rate_limits": [{"requests_per_minute": 1}]}})",
       {"$.router.rate_limits[0]", "either \"provider\"", "or \"model\""}},
      {"a rate limit of two",
       R"({"router": {"rate_limits": [
          {"provider": "openai", "model": "openai/gpt-5", "requests_per_minute": 1}]}})",
       {":2: ", "$.router.rate_limits[0]", "either \"provider\""}},
      {"a rate limit of nothing",
       R"({"router": {"rate_limits": [{"provider": "openai"}]}})",
       {"$.router.rate_limits[0]", "limits nothing", "requests_per_minute"}},
      {"a rate limit of an unknown model's provider",
       R"({"router": {"rate_limits": [{"model": "opnai/gpt-5", "tokens_per_day": 5}]}})",
       {"$.router.rate_limits[0].model", "did you mean \"openai\"?"}},
      {"a rate limit of no request",
       R"({"router": {"rate_limits": [{"provider": "openai", "requests_per_minute": 0}]}})",
       {"$.router.rate_limits[0].requests_per_minute", "at least 1"}},
      {"an unknown rate",
       R"({"router": {"rate_limits": [{"provider": "openai", "request_per_minute": 1}]}})",
       {"$.router.rate_limits[0].request_per_minute", "did you mean \"requests_per_minute\"?"}},
      {"a cache for ever",
       R"({"routing_preferences": [
          {"name": "a", "models": ["openai/gpt-5"], "cache": {"ttl_seconds": 100000}}]})",
       {":2: ", "$.routing_preferences[0].cache.ttl_seconds", "at most 86400"}},
      {"a cache that is a number",
       R"({"routing_preferences": [{"name": "a", "models": ["openai/gpt-5"], "cache": 5}]})",
       {"$.routing_preferences[0].cache", "object"}},
      {"an unknown member of a cache",
       R"({"routing_preferences": [
          {"name": "a", "models": ["openai/gpt-5"], "cache": {"ttl": 5}}]})",
       {"$.routing_preferences[0].cache.ttl", "did you mean \"ttl_seconds\"?"}},
  };
  for (const Bad& bad : cases) {
    INFO(bad.what << "\n" << bad.text);
    const auto loaded = LoadText(bad.text);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().code == ErrorCode::kInvalidArgument);
    for (const std::string& said : bad.said) {
      INFO(loaded.error().message);
      CHECK(loaded.error().message.find(said) != std::string::npos);
    }
  }
}

}  // namespace
}  // namespace katra::router
