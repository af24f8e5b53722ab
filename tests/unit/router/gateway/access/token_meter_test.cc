// The limits of a gateway token, to the request, the byte and the second.
#include "router/gateway/access/token_meter.h"

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"

namespace katra::router::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ManualClock;

constexpr const char* kToken = "id-1";

std::optional<TokenMeter::Wait> Check(const TokenMeter& meter, const router::TokenLimits& limits,
                                      const ManualClock& clock) {
  return meter.Check(kToken, "Sam", limits, clock.Steady());
}

void Ask(TokenMeter& meter, const ManualClock& clock, size_t bytes = 10) {
  meter.Begin(kToken, "Sam", bytes, clock.Steady());
  meter.End(kToken);
}

TEST_CASE("a token has so many requests in a minute, and the answer says when the next may come") {
  TokenMeter meter;
  ManualClock clock;
  const router::TokenLimits limits{3, 0, 0};
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(Check(meter, limits, clock));
    Ask(meter, clock);
    clock.Advance(seconds(5));
  }
  auto wait = Check(meter, limits, clock);
  REQUIRE(wait);
  CHECK(wait->retry_after == seconds(45));
  CHECK(wait->message.find("Sam") != std::string::npos);
  CHECK(wait->message.find("limits.requests_per_minute") != std::string::npos);
  clock.Advance(milliseconds(44'999));
  wait = Check(meter, limits, clock);
  REQUIRE(wait);
  CHECK(wait->retry_after == seconds(1));
  clock.Advance(milliseconds(1));
  CHECK_FALSE(Check(meter, limits, clock));
  CHECK_FALSE(meter.Check("id-2", "Sam", {1, 1, 1}, clock.Steady()));
}

TEST_CASE("a token has so many bytes in a minute; the request that passes the limit is the last") {
  TokenMeter meter;
  ManualClock clock;
  const router::TokenLimits limits{0, 0, 100};
  Ask(meter, clock, 99);
  CHECK_FALSE(Check(meter, limits, clock));
  Ask(meter, clock, 50);
  const auto wait = Check(meter, limits, clock);
  REQUIRE(wait);
  CHECK(wait->message.find("149 bytes") != std::string::npos);
  CHECK(wait->message.find("limits.request_bytes_per_minute") != std::string::npos);
  clock.Advance(seconds(60));
  CHECK_FALSE(Check(meter, limits, clock));
}

TEST_CASE("a token has so many requests open at once, however long they take") {
  TokenMeter meter;
  ManualClock clock;
  const router::TokenLimits limits{0, 2, 0};
  meter.Begin(kToken, "Sam", 1, clock.Steady());
  CHECK_FALSE(Check(meter, limits, clock));
  meter.Begin(kToken, "Sam", 1, clock.Steady());
  clock.Advance(std::chrono::hours(1));
  const auto wait = Check(meter, limits, clock);
  REQUIRE(wait);
  CHECK(wait->message.find("limits.open_requests") != std::string::npos);
  meter.End(kToken);
  CHECK_FALSE(Check(meter, limits, clock));
}

TEST_CASE("0 is no limit") {
  TokenMeter meter;
  const ManualClock clock;
  for (int i = 0; i < 1000; ++i) meter.Begin(kToken, "Sam", 1'000'000, clock.Steady());
  CHECK_FALSE(Check(meter, {0, 0, 0}, clock));
}

TEST_CASE("what tokens use is listed by persona, and forgotten when it is over") {
  TokenMeter meter;
  ManualClock clock;
  meter.Begin("id-2", "Sam", 7, clock.Steady());
  meter.Begin("id-1", "Eve", 5, clock.Steady());
  meter.End("id-1");
  auto list = meter.List(clock.Steady());
  REQUIRE(list.size() == 2);
  CHECK(list[0].second.persona == "Eve");
  CHECK(list[1].second.open == 1);
  CHECK(list[1].second.bytes == 7);
  clock.Advance(seconds(60));
  list = meter.List(clock.Steady());
  REQUIRE(list.size() == 1);  // one that is open still
  CHECK(list[0].second.requests == 0);
  for (int i = 0; i < 5000; ++i) {
    meter.Begin("t" + std::to_string(i), "Max", 1, clock.Steady());
    meter.End("t" + std::to_string(i));
    if (i == 2500) clock.Advance(seconds(60));
  }
  CHECK(meter.List(clock.Steady()).size() < 2600);
}

}  // namespace
}  // namespace katra::router::gateway
