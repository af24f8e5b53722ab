// A provider's rate limit is kept before the provider refuses, and what was used becomes exact.
#include "router/gateway/spending/rate_keeper.h"

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"

namespace katra::testing {
namespace {

using namespace std::chrono_literals;  // NOLINT: a test file
using router::gateway::RateKeeper;
using router::routing::cost::RateLimit;
using router::routing::cost::RateUnit;

router::translate::Usage UsageOf(int64_t prompt, int64_t answer) {
  router::translate::Usage usage;
  usage.known = true;
  usage.input_tokens = prompt;
  usage.output_tokens = answer;
  return usage;
}

TEST_CASE("a candidate over its provider's limit is refused like a 429 until there is room") {
  ManualClock clock;
  router::Provider provider;
  provider.name = "openai";
  const router::policy::Candidate one{&provider, "gpt-5", ""};
  const router::policy::Candidate other{&provider, "gpt-5-mini", ""};
  RateKeeper keeper(clock);
  CHECK(keeper.empty());
  keeper.Configure({{"openai", "gpt-5", RateUnit::kMinute, 2, 0}});
  CHECK_FALSE(keeper.Over(one, 10));
  static_cast<void>(keeper.Begin(one, 10));
  clock.Advance(10s);
  static_cast<void>(keeper.Begin(one, 10));
  const auto over = keeper.Over(one, 10);
  REQUIRE(over);
  CHECK(over->status == 429);
  CHECK(over->type == "rate_limit_error");
  CHECK(over->message == "openai/gpt-5 is limited to 2 requests a minute; room again in 51 s");
  CHECK(over->headers.front().second == "51");
  CHECK_FALSE(keeper.Over(other, 10));
  keeper.Configure({{"openai", "gpt-5", RateUnit::kMinute, 2, 0}});  // as before: nothing changes
  CHECK(keeper.Over(one, 10));
  clock.Advance(51s);
  CHECK_FALSE(keeper.Over(one, 10));
}

TEST_CASE("tokens count as expected until the answer tells how many there were") {
  ManualClock clock;
  router::Provider provider;
  provider.name = "openai";
  const router::policy::Candidate one{&provider, "gpt-5", ""};
  RateKeeper keeper(clock);
  keeper.Configure({{"openai", "", RateUnit::kMinute, 0, 1000}});
  const auto first = keeper.Begin(one, 600);
  CHECK(keeper.Over(one, 600));
  keeper.End(first, {});  // failed: unknown
  CHECK(keeper.Over(one, 600));
  keeper.End(first, UsageOf(100, 50));
  CHECK_FALSE(keeper.Over(one, 600));
  const auto second = keeper.Begin(one, 10);
  keeper.End(second, UsageOf(100, 800));
  CHECK(keeper.Over(one, 10));
}

}  // namespace
}  // namespace katra::testing
