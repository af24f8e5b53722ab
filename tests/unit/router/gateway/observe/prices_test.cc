// What an answer costs, and that nothing is made up.
#include "router/gateway/observe/prices.h"

#include <fstream>
#include <limits>

#include "router/gateway/observe/metrics.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::gateway {
namespace {

using katra::testing::TempHome;

translate::Usage Of(int64_t input, int64_t output, int64_t read = 0, int64_t write = 0) {
  translate::Usage usage;
  usage.known = true;
  usage.input_tokens = input;
  usage.output_tokens = output;
  usage.cache_read_tokens = read;
  usage.cache_write_tokens = write;
  return usage;
}

Status ReadPrices(Prices& prices, const TempHome& home, const std::string& text) {
  std::ofstream(home.File("prices.json")) << text;
  return prices.ReadFile(home.File("prices.json"));
}

}  // namespace

TEST_CASE("a model without a price costs nobody knows what, not nothing") {
  const Prices prices;
  const std::string model =
      GENERATE(as<std::string>{}, "gpt-99", "gpt-5-ultra", "gpt-4", "gpt-5-codex", "my-model", "");
  CHECK_FALSE(prices.CostUsdMicros("openai", model, Of(1000, 1000)));
  CHECK_FALSE(prices.CostUsdMicros("workstation", "gpt-5", Of(1000, 1000)));
  CHECK_FALSE(prices.CostUsdMicros("openai", "gpt-5", translate::Usage{}));
}

TEST_CASE("a dated name costs what the name before the date does") {
  const Prices prices;
  const auto plain = prices.CostUsdMicros("openai", "gpt-5", Of(1000, 100));
  CHECK(plain == 1000 * 1.25 + 100 * 10);
  CHECK(prices.CostUsdMicros("openai", "gpt-5-2025-08-07", Of(1000, 100)) == plain);
  CHECK(prices.CostUsdMicros("anthropic", "claude-sonnet-4-20250514", Of(0, 0, 10, 100)) ==
        10 * 0.3 + 100 * 3.75);
}

TEST_CASE("a dated name with a price of its own costs that") {
  const Prices prices;
  CHECK(prices.CostUsdMicros("openai", "gpt-4o-2024-05-13", Of(1, 1)) == 20);
  CHECK(prices.CostUsdMicros("openai", "gpt-4o-2024-08-06", Of(2, 1)) == 15);
}

TEST_CASE("built-in prices are plausible: output above input, cached input below it") {
  const Prices prices;
  const auto [provider, model] =
      GENERATE(table<std::string, std::string>({{"anthropic", "claude-opus-4-5"},
                                                {"anthropic", "claude-haiku-4-5"},
                                                {"deepseek", "deepseek-chat"},
                                                {"gemini", "gemini-2.5-pro"},
                                                {"gemini", "gemini-2.5-flash"},
                                                {"openai", "gpt-5"},
                                                {"openai", "gpt-5-nano"},
                                                {"openai", "gpt-4.1-nano"}}));
  constexpr int64_t kMillion = 1'000'000;
  const int64_t input = *prices.CostUsdMicros(provider, model, Of(kMillion, 0));
  CHECK(prices.CostUsdMicros(provider, model, Of(0, kMillion)) > input);
  CHECK(prices.CostUsdMicros(provider, model, Of(0, 0, kMillion)) <= input / 2);
  CHECK(prices.CostUsdMicros(provider, model, Of(0, 0, 0, kMillion)) >= input);
}

TEST_CASE("the user's prices win over the built-in ones, and leave the others") {
  const TempHome home;
  Prices prices;
  REQUIRE(ReadPrices(prices, home, R"({"openai/gpt-5": {"input": 7, "output": 8},
                                       "mine/free": {"input": 0, "output": 0}})"));
  CHECK(prices.CostUsdMicros("openai", "gpt-5", Of(1, 1, 1, 1)) == 7 + 8 + 7 + 7);
  CHECK(prices.CostUsdMicros("openai", "gpt-5-mini", Of(0, 1)) == 2);
  CHECK(prices.CostUsdMicros("mine", "free", Of(5, 5)) == 0);
}

TEST_CASE("a wrong file of prices is told, and changes nothing") {
  const TempHome home;
  const std::string text = GENERATE(as<std::string>{}, "[]", "{", R"({"openai/gpt-5": {}})",
                                    R"({"openai/gpt-5": {"input": -1, "output": 1}})",
                                    R"({"openai/gpt-5": {"input": "1", "output": 1}})");
  Prices prices;
  const auto read = ReadPrices(prices, home, text);
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find("prices.json") != std::string::npos);
  CHECK(prices.CostUsdMicros("openai", "gpt-5", Of(0, 1)) == 10);
}

TEST_CASE("no price and no count makes a cost or a metric that overflows") {
  const TempHome home;
  Prices prices;
  REQUIRE(ReadPrices(prices, home,
                     R"({"x/dear": {"input": 1e300, "output": 1e300},
                         "x/odd": {"input": 1, "output": 1, "cache_read": -1e300}})"));
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  CHECK(prices.CostUsdMicros("x", "dear", Of(kHuge, kHuge)) == 1'000'000'000'000);
  CHECK(prices.CostUsdMicros("x", "odd", Of(0, 0, 5)) == 0);
  Metrics metrics;
  RequestRecord record;
  record.usage = Of(kHuge, kHuge, kHuge, kHuge);
  record.cost_usd_micros = kHuge;
  for (int i = 0; i < 3; ++i) metrics.OnRequestFinished(record);
  const std::string text = metrics.Render({}, 0);
  CHECK(text.find("} 9223372036854775807\n") != std::string::npos);
  CHECK(text.find("} -") == std::string::npos);
}

TEST_CASE("metrics tell the cost of models that have a price, and count requests without one") {
  Metrics metrics;
  RequestRecord record;
  record.endpoint = "messages";
  record.provider = "mine";
  record.model = "priced";
  record.cost_usd_micros = 1'500'000;
  record.usage = Of(1, 1);
  metrics.OnRequestFinished(record);
  record.model = "unknown";
  record.cost_usd_micros = -1;
  metrics.OnRequestFinished(record);
  const std::string text = metrics.Render({1, 2, 3, {}}, 0);
  const std::string labels = R"({endpoint="messages",provider="mine",model=)";
  CHECK(text.find("katra_cost_usd_total" + labels + "\"priced\"} 1.5\n") != std::string::npos);
  CHECK(text.find("katra_cost_usd_total" + labels + "\"unknown\"}") == std::string::npos);
  CHECK(text.find("katra_unpriced_requests_total" + labels + "\"unknown\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("katra_open_streams 2\n") != std::string::npos);
}

}  // namespace katra::router::gateway
