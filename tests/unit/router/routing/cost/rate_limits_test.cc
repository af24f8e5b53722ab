// Requests and tokens in a sliding span, and how long until there is room.
#include "router/routing/cost/rate_limits.h"

#include <deque>

#include "tests/support/cpp/catch.h"

using namespace katra;                         // NOLINT: a test file
using namespace katra::router::routing::cost;  // NOLINT
using namespace std::chrono_literals;

namespace {

const SteadyTime kStart{1000h};

RateLimits Of(RateUnit unit, int64_t requests, int64_t tokens, std::string model = "gpt-5") {
  return RateLimits({{"openai", std::move(model), unit, requests, tokens}});
}

std::chrono::nanoseconds LengthOf(RateUnit unit) {
  switch (unit) {
    case RateUnit::kSecond:
      return 1s;
    case RateUnit::kMinute:
      return 1min;
    case RateUnit::kHour:
      return 1h;
    case RateUnit::kDay:
      return 24h;
  }
  return 0s;
}

}  // namespace

TEST_CASE("requests beyond the limit wait until enough of them are older than the unit") {
  RateLimits limits = Of(RateUnit::kMinute, 2, 0);
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 0, kStart));
  limits.Begin("openai", "gpt-5", 0, kStart);
  limits.Begin("openai", "gpt-5", 0, kStart + 10s);
  const auto wait = limits.Ask("openai", "gpt-5", 0, kStart + 20s);
  REQUIRE(wait);
  CHECK(wait->until_room >= 40s);
  CHECK(wait->until_room <= 41s);
  CHECK(wait->text == "openai/gpt-5 is limited to 2 requests a minute; room again in 41 s");
  const SteadyTime room = kStart + 20s + wait->until_room;
  CHECK(limits.Ask("openai", "gpt-5", 0, room - 1ms));
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 0, room));
}

TEST_CASE("tokens count with those of the request, and a request above the limit may go alone") {
  RateLimits limits = Of(RateUnit::kMinute, 0, 1000);
  limits.Begin("openai", "gpt-5", 600, kStart);
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 400, kStart));
  const auto wait = limits.Ask("openai", "gpt-5", 401, kStart);
  REQUIRE(wait);
  CHECK(wait->text.find("is limited to 1000 tokens a minute") != std::string::npos);
  CHECK(limits.Ask("openai", "gpt-5", 5000, kStart));
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 5000, kStart + 62s));
}

TEST_CASE("a correction counts the tokens that were used, as long as they count at all") {
  RateLimits limits = Of(RateUnit::kMinute, 0, 1000);
  limits.Begin("openai", "gpt-5", 900, kStart);
  limits.Correct("openai", "gpt-5", 900, 100, kStart, kStart + 5s);
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 900, kStart + 5s));
  limits.Correct("openai", "gpt-5", 100, 1500, kStart, kStart + 6s);
  CHECK(limits.Ask("openai", "gpt-5", 1, kStart + 6s));
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 1, kStart + 62s));
  limits.Begin("openai", "gpt-5", 300, kStart + 70s);
  limits.Correct("openai", "gpt-5", 100, 5000, kStart, kStart + 70s);  // too late
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 700, kStart + 70s));
}

TEST_CASE("a limit without a model counts all of the provider's, one with a model only its own") {
  RateLimits limits({{"openai", "", RateUnit::kMinute, 3, 0},
                     {"openai", "gpt-5", RateUnit::kHour, 1, 0},
                     {"gemini", "", RateUnit::kDay, 1, 0}});
  limits.Begin("openai", "gpt-5", 0, kStart);
  CHECK(limits.Ask("openai", "gpt-5", 0, kStart)->limit == 1);
  CHECK_FALSE(limits.Ask("openai", "gpt-5-mini", 0, kStart));
  CHECK_FALSE(limits.Ask("gemini", "gpt-5", 0, kStart));
  CHECK_FALSE(limits.Ask("mistral", "any", 0, kStart));
  limits.Begin("openai", "gpt-5-mini", 0, kStart);
  limits.Begin("openai", "gpt-5-nano", 0, kStart);
  CHECK(limits.Ask("openai", "gpt-5-mini", 0, kStart)->limit == 0);
  // The longest wait counts.
  CHECK(limits.Ask("openai", "gpt-5", 0, kStart)->until_room > 59min);
  CHECK(limits.Ask("openai", "gpt-5", 0, kStart)->text ==
        "openai/gpt-5 is limited to 1 request an hour; room again in 61 min");
}

TEST_CASE("no span of the unit's length ever has more than the limit, and all of it can be used") {
  for (const RateUnit unit :
       {RateUnit::kSecond, RateUnit::kMinute, RateUnit::kHour, RateUnit::kDay}) {
    CAPTURE(ToString(unit));
    RateLimits limits = Of(unit, 20, 5000);
    const auto length = LengthOf(unit);
    std::deque<std::pair<SteadyTime, int64_t>> sent;
    int64_t tokens = 0;
    SteadyTime now = kStart;
    uint64_t seed = 7;
    size_t requests = 0;
    while (now < kStart + 20 * length) {
      seed = seed * 6364136223846793005U + 1442695040888963407U;
      const auto size = static_cast<int64_t>((seed >> 33U) % 400);
      const auto wait = limits.Ask("openai", "gpt-5", size, now);
      if (wait) {
        now += wait->until_room;
        continue;
      }
      limits.Begin("openai", "gpt-5", size, now);
      sent.emplace_back(now, size);
      tokens += size;
      ++requests;
      while (sent.front().first <= now - length) {
        tokens -= sent.front().second;
        sent.pop_front();
      }
      REQUIRE(sent.size() <= 20);
      REQUIRE(tokens <= 5000);
      now += length / (30 + static_cast<int64_t>((seed >> 20U) % 64));
    }
    CHECK(requests > 20 * 17);
  }
}

TEST_CASE("a clock before its beginning, and units by name") {
  RateLimits limits = Of(RateUnit::kSecond, 1, 0);
  const SteadyTime early{-5h};
  limits.Begin("openai", "gpt-5", 0, early);
  CHECK(limits.Ask("openai", "gpt-5", 0, early + 10ms));
  CHECK_FALSE(limits.Ask("openai", "gpt-5", 0, early + 1100ms));
  for (const RateUnit unit :
       {RateUnit::kSecond, RateUnit::kMinute, RateUnit::kHour, RateUnit::kDay}) {
    CHECK(ParseRateUnit(ToString(unit)) == unit);
  }
  CHECK_FALSE(ParseRateUnit("week"));
}
