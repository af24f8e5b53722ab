// What a change of models costs a session, and when it is refused.
#include "router/routing/cost/switch_cost.h"

#include "tests/support/cpp/catch.h"

using namespace katra;                         // NOLINT: a test file
using namespace katra::router::routing::cost;  // NOLINT
using namespace std::chrono_literals;

namespace {

const TokenPrices kOpus = {5, 25, 0.5, 6.25};
const TokenPrices kGpt = {1.25, 10, 0.125, {}};
const WallTime kNoon = FromUnixMillis(1'795'262'400'000);

ModelTerms Terms(std::string_view model) {
  if (model == "a/opus") return {kOpus, 300s};
  if (model == "o/gpt") return {kGpt, 600s};
  if (model == "l/local") return {{0.0, 0.0, 0.0, 0.0}, 300s};
  return {};  // unknown
}

constexpr int64_t kContext = 100'000;

// A session that a/opus has answered.
struct Rig {
  SessionCosts session;
  SwitchLimits limits;
  WallTime now = kNoon;

  Rig() {
    session.Arrived(kContext, "a/opus", limits, Terms, now);
    session.Answered("a/opus", kContext, now);
  }
  void Arrive(int64_t context = kContext) {
    session.Arrived(context, "a/opus", limits, Terms, now);
  }
  [[nodiscard]] SwitchVerdict Judge(std::string_view candidate, int64_t context = kContext) const {
    return session.Judge(candidate, context, limits, Terms, now);
  }
};

}  // namespace

TEST_CASE("a switch costs what the candidate reads anew less what the anchor would have charged") {
  struct Row {
    Switch change;
    std::optional<double> usd_micros;
  };
  for (const Row& row : std::vector<Row>{
           // 100,000 × 1.25 − 100,000 × 0.5
           {{100'000, 100'000, 0, kOpus, kGpt}, 75'000},
           // Fresh tokens are written to the cache where that has a price: 6.25 and not 5.
           {{100'000, 100'000, 0, kGpt, kOpus}, 612'500},
           // Still warm: only the difference is fresh. 20,000 × 6.25 + 80,000 × 0.5 − 100,000 ×
           // 0.125
           {{100'000, 100'000, 80'000, kGpt, kOpus}, 152'500},
           // The anchor has not cached the newest tokens either.
           {{100'000, 90'000, 0, kOpus, kGpt}, 125'000 - 45'000 - 62'500},
           {{100'000, 0, 0, kOpus, kGpt}, 125'000 - 625'000},
           // More in the cache than there is: all of it.
           {{100'000, 900'000, 900'000, kOpus, kGpt}, 12'500 - 50'000},
           {{0, 0, 0, kOpus, kGpt}, 0},
           // Unknown cached price: a tenth of the input price.
           {{100'000, 100'000, 100'000, kOpus, {2.0, {}, {}, {}}}, 20'000 - 50'000},
           {{100'000, 100'000, 0, kOpus, {}}, std::nullopt},
           {{100'000, 100'000, 0, {{}, 10.0, {}, {}}, kGpt}, std::nullopt},
       }) {
    const auto cost = SwitchCostUsdMicros(row.change);
    REQUIRE(cost.has_value() == row.usd_micros.has_value());
    if (cost) CHECK(*cost == Approx(*row.usd_micros));
  }
}

TEST_CASE("a switch beyond the ceiling is refused with its price") {
  Rig rig;
  rig.limits.max_usd_micros = 0;
  SwitchVerdict verdict = rig.Judge("o/gpt");
  CHECK_FALSE(verdict.allowed);
  CHECK(verdict.cause == SwitchCause::kOver);
  CHECK(verdict.anchor == "a/opus");
  CHECK(verdict.reason == "stayed on a/opus: switching would cost $0.0750");
  rig.limits.max_usd_micros = 74'999;
  CHECK(rig.Judge("o/gpt").reason ==
        "stayed on a/opus: switching would cost $0.0750, and $0.0750 is left for switches");
  rig.limits.max_usd_micros = 75'000;
  CHECK(rig.Judge("o/gpt").allowed);
  rig.limits.max_usd_micros.reset();
  CHECK(rig.Judge("o/gpt").allowed);
  CHECK(rig.Judge("o/gpt").reason == "switched to o/gpt: that costs $0.0750");
}

TEST_CASE("what was spent on switches counts against the ceiling, and judging spends nothing") {
  Rig rig;
  rig.limits.max_usd_micros = 140'000;
  for (int i = 0; i < 5; ++i) CHECK(rig.Judge("o/gpt").allowed);
  rig.session.Charge(rig.Judge("o/gpt"));
  CHECK(rig.session.spent_usd_micros() == Approx(75'000));
  const SwitchVerdict verdict = rig.Judge("o/gpt");
  CHECK_FALSE(verdict.allowed);
  CHECK(verdict.reason ==
        "stayed on a/opus: switching would cost $0.0750, and $0.0650 is left for switches");
  rig.session.Charge(verdict);  // was not made
  CHECK(rig.session.spent_usd_micros() == Approx(75'000));
}

TEST_CASE("free switches are allowed with nothing left, and give nothing back") {
  Rig rig;
  rig.limits.max_usd_micros = 0;
  const SwitchVerdict verdict = rig.Judge("l/local");
  CHECK(verdict.allowed);
  CHECK(verdict.cause == SwitchCause::kFree);
  CHECK(verdict.reason == "switched to l/local: that saves $0.0500");
  rig.session.Charge(verdict);
  CHECK(rig.session.spent_usd_micros() == 0);
}

TEST_CASE("an unknown price allows the switch and is said") {
  Rig rig;
  rig.limits.max_usd_micros = 0;
  SwitchVerdict verdict = rig.Judge("x/new");
  CHECK(verdict.allowed);
  CHECK(verdict.cause == SwitchCause::kUnknownPrice);
  CHECK_FALSE(verdict.cost_usd_micros);
  CHECK(verdict.reason ==
        "switched to x/new: its price is unknown, so the cost of the switch is, too");
  rig.session.Answered("x/new", kContext, rig.now);
  verdict = rig.Judge("o/gpt");
  CHECK(verdict.reason ==
        "switched to o/gpt: the price of x/new is unknown, so the cost of the switch is, too");
}

TEST_CASE(
    "nothing is charged for the first answer, the same model, or a conversation that is cold") {
  SessionCosts fresh;
  SwitchLimits limits;
  limits.max_usd_micros = 0;
  CHECK(fresh.Judge("o/gpt", kContext, limits, Terms, kNoon).allowed);
  CHECK(fresh.Judge("o/gpt", kContext, limits, Terms, kNoon).reason.empty());
  Rig rig;
  rig.limits.max_usd_micros = 0;
  CHECK(rig.Judge("a/opus").cause == SwitchCause::kSame);
  rig.now = kNoon + 300s;
  CHECK_FALSE(rig.Judge("o/gpt").allowed);
  rig.now = kNoon + 301s;
  CHECK(rig.Judge("o/gpt").cause == SwitchCause::kCold);
  CHECK(rig.Judge("o/gpt").allowed);
  rig.now = kNoon - 3600s;  // the clock was set back
  CHECK_FALSE(rig.Judge("o/gpt").allowed);
}

TEST_CASE("the way back to a model that is still warm costs only what it has missed") {
  Rig rig;
  rig.session.Answered("o/gpt", 110'000, kNoon + 60s);
  rig.now = kNoon + 120s;
  // 10,000 × 6.25 + 100,000 × 0.5 − 110,000 × 0.125
  CHECK(*rig.Judge("a/opus", 110'000).cost_usd_micros == Approx(98'750));
  rig.now = kNoon + 301s;  // a/opus is cold by now, o/gpt is kept for longer
  CHECK(*rig.Judge("a/opus", 110'000).cost_usd_micros == Approx(110'000 * 6.25 - 110'000 * 0.125));
}

TEST_CASE("the ceiling in per cent grows with the session, and a cold session begins anew") {
  Rig rig;
  rig.limits.max_pct = 50;
  // One request: 50 % of 100,000 × 0.5.
  CHECK(*rig.session.CeilingUsdMicros(rig.limits) == Approx(25'000));
  CHECK_FALSE(rig.Judge("o/gpt").allowed);
  rig.Arrive();
  rig.Arrive();
  CHECK(*rig.session.CeilingUsdMicros(rig.limits) == Approx(75'000));
  CHECK(rig.Judge("o/gpt").allowed);
  rig.limits.max_usd_micros = 10'000;  // the lower one counts
  CHECK_FALSE(rig.Judge("o/gpt").allowed);
  rig.limits.max_usd_micros.reset();
  rig.session.Charge(rig.Judge("o/gpt"));

  rig.now = kNoon + 1h;
  SessionCosts kept = rig.session;
  rig.Arrive();
  CHECK(rig.session.spent_usd_micros() == 0);
  CHECK(*rig.session.CeilingUsdMicros(rig.limits) == Approx(25'000));
  rig.limits.replenish_on_rebind = false;
  kept.Arrived(kContext, "a/opus", rig.limits, Terms, rig.now);
  CHECK(kept.spent_usd_micros() == Approx(75'000));
  CHECK(*kept.CeilingUsdMicros(rig.limits) == Approx(100'000));
}

TEST_CASE("requests that go on with a turn count for the share, and not as turns") {
  Rig rig;
  rig.limits = SwitchLimits::Of({}, 50);
  rig.now += 1s;
  rig.Arrive();
  const int64_t requests = rig.session.NextTurn().requests;
  rig.session.Continued(kContext, rig.limits, Terms);
  rig.session.Continued(kContext, rig.limits, Terms);
  // Four requests at 50 % of 100,000 × 0.5.
  CHECK(*rig.session.CeilingUsdMicros(rig.limits) == Approx(100'000));
  CHECK(rig.session.NextTurn().requests == requests);
  rig.session.Continued(kContext / 2, rig.limits, Terms);  // compacted in the middle of the turn
  CHECK(rig.Judge("o/gpt", kContext / 2).cause == SwitchCause::kCold);
}

TEST_CASE("the cheapest model for a turn depends on whose cache holds the conversation") {
  const auto cost = [](const SessionCosts& session, std::string_view model, WallTime now) {
    return *session.NextTurnUsdMicros(model, kContext, {}, Terms, now);
  };
  Rig rig;
  const SessionCosts fresh;
  // Cold, opus reads all of it for $0.625 and gpt for $0.125.
  CHECK(cost(fresh, "o/gpt", kNoon) < cost(fresh, "a/opus", kNoon));
  CHECK(cost(rig.session, "a/opus", kNoon) ==
        Approx(*ForecastUsdMicros(kOpus, kContext, kContext,
                                  {rig.session.NextTurn().requests, 1200, 350})));
  // What opus has not seen it must read later, so gpt's turn costs more than its own price.
  const double gpt = cost(rig.session, "o/gpt", kNoon);
  CHECK(gpt > *ForecastUsdMicros(kGpt, kContext, 0, {rig.session.NextTurn().requests, 1200, 350}));
  CHECK_FALSE(rig.session.NextTurnUsdMicros("x/unknown", kContext, {}, Terms, kNoon));
}

TEST_CASE("a compacted conversation is in no cache, however much the estimates are off") {
  Rig rig;
  rig.limits.max_usd_micros = 0;
  rig.Arrive(76'000);
  CHECK_FALSE(rig.Judge("o/gpt", 76'000).allowed);
  rig.Arrive(30'000);
  CHECK(rig.Judge("o/gpt", 30'000).cause == SwitchCause::kCold);

  Rig estimated;
  estimated.limits.max_usd_micros = 0;
  estimated.session.Answered("a/opus", 2 * kContext, kNoon);  // twice what was estimated
  estimated.Arrive();
  CHECK_FALSE(estimated.Judge("o/gpt").allowed);
}

TEST_CASE("with a forecast the whole turn decides, and what it leaves for the later ones") {
  Rig rig;
  rig.limits.max_usd_micros = 0;
  const auto judge = [&](const Forecast& forecast) {
    return rig.session.Judge("o/gpt", kContext, rig.limits, Terms, rig.now, forecast);
  };
  CHECK_FALSE(judge({1, 0, 0}).allowed);
  CHECK(judge({1, 0, 6000}).allowed);  // $0.09 less for the answer
  CHECK(judge({4, 1000, 500}).allowed);
  CHECK(judge({4, 1000, 500}).reason.find("that saves $") != std::string::npos);
  // Unless a/opus must go on afterwards, and reads anew what it has missed.
  CHECK(judge({2, 5000, 500}).allowed);
  Forecast later{2, 5000, 500, 20, {"a/opus"}};
  CHECK_FALSE(judge(later).allowed);
  later.later_models.emplace_back("o/gpt");
  CHECK(judge(later).allowed);
}

TEST_CASE("a session's next turn is expected to be like its turns were") {
  SessionCosts session;
  CHECK(session.NextTurn().requests == 4);
  CHECK(session.NextTurn().later_models.empty());
  for (int turn = 0; turn < 10; ++turn) {
    session.Arrived(kContext, "a/opus", {}, Terms, kNoon);
    for (int i = 0; i < 20; ++i) session.Answered("a/opus", kContext, kNoon);
  }
  const Forecast forecast = session.NextTurn();
  CHECK(forecast.requests == 20);
  CHECK(forecast.later_requests > 200);
  REQUIRE(forecast.later_models.size() == 1);
  CHECK(forecast.later_models[0] == "a/opus");
  // A long tool loop pays for a cheaper model where a single question does not.
  SwitchLimits none;
  none.max_usd_micros = 0;
  CHECK_FALSE(session.Judge("o/gpt", kContext, none, Terms, kNoon).allowed);
  CHECK(session.Judge("o/gpt", kContext, none, Terms, kNoon, forecast).allowed);
}

TEST_CASE("a session remembers a bounded number of models") {
  Rig rig;
  for (int i = 0; i < 100; ++i) {
    rig.session.Answered("m/" + std::to_string(i), kContext, kNoon + std::chrono::seconds(i + 1));
  }
  CHECK(rig.session.WarmTokens("a/opus", kContext, Terms("a/opus"), kNoon + 100s) == 0);
  CHECK(rig.session.WarmTokens("m/92", kContext, Terms("m/92"), kNoon + 100s) == kContext);
  CHECK(rig.session.WarmTokens("m/91", kContext, Terms("m/91"), kNoon + 100s) == 0);
}

TEST_CASE("amounts are said so that small ones are not nothing") {
  CHECK(FormatUsd(410'000) == "$0.41");
  CHECK(FormatUsd(12'345'678) == "$12.35");
  CHECK(FormatUsd(99'940) == "$0.0999");
  CHECK(FormatUsd(99'990) == "$0.10");
  CHECK(FormatUsd(4'200) == "$0.0042");
  CHECK(FormatUsd(1) == "less than $0.0001");
  CHECK(FormatUsd(0) == "$0.00");
  CHECK(FormatUsd(-410'000) == "-$0.41");
}
