// When a budget warns, is spent, and opens again: at midnight, at the end of a month, when clocks
// change.
#include "router/routing/cost/budgets.h"

#include "tests/support/cpp/catch.h"

using namespace katra;                         // NOLINT: a test file
using namespace katra::router::routing::cost;  // NOLINT
using namespace std::chrono_literals;

namespace {

constexpr double kDollar = 1e6;

WallTime At(std::string_view utc) { return *ParseTime(utc, WallTime{}); }

std::chrono::seconds Utc(WallTime /*at*/) { return 0s; }
// Europe/Berlin in 2026.
std::chrono::seconds Berlin(WallTime at) {
  return at >= At("2026-03-29T01:00:00Z") && at < At("2026-10-25T01:00:00Z") ? 2h : 1h;
}
// Africa/Cairo in 2026: on 24 April midnight becomes 01:00, on 29 October 24:00 becomes 23:00.
std::chrono::seconds Cairo(WallTime at) {
  return at >= At("2026-04-23T22:00:00Z") && at < At("2026-10-29T21:00:00Z") ? 3h : 2h;
}

Budget Of(std::string persona, std::string provider, BudgetWindow window, double usd) {
  Budget budget;
  budget.persona = std::move(persona);
  budget.provider = std::move(provider);
  budget.window = window;
  budget.limit_usd_micros = usd * kDollar;
  return budget;
}

// When a budget that is spent at `now` opens again, RFC 3339; and checks that it does, and not
// before.
std::string OpensAt(BudgetWindow window, const ZoneOffset& zone, std::string_view now) {
  Budgets budgets({Of("", "", window, 1)}, zone);
  budgets.Record("Sam", "openai", kDollar, At(now));
  const BudgetAnswer answer = budgets.Ask("Sam", "openai", At(now));
  CHECK(answer.state == BudgetState::kSpent);
  CHECK(budgets.Ask("Sam", "openai", answer.opens_at - 1ms).state == BudgetState::kSpent);
  CHECK(budgets.Ask("Sam", "openai", answer.opens_at).state == BudgetState::kOpen);
  return FormatRfc3339(answer.opens_at);
}

}  // namespace

TEST_CASE("a spent budget opens at the beginning of the next local day or month") {
  struct Row {
    BudgetWindow window;
    ZoneOffset zone;
    std::string_view now;
    std::string opens;
  };
  const auto day = BudgetWindow::kDay;
  const auto month = BudgetWindow::kMonth;
  for (const Row& row : std::vector<Row>{
           {day, Utc, "2026-11-27T12:00:00Z", "2026-11-28T00:00:00.000Z"},
           {day, Utc, "2026-11-27T00:00:00Z", "2026-11-28T00:00:00.000Z"},
           {day, Utc, "2026-11-27T23:59:59.999Z", "2026-11-28T00:00:00.000Z"},
           {day, Utc, "2026-12-31T23:00:00Z", "2027-01-01T00:00:00.000Z"},
           {day, Utc, "2028-02-28T10:00:00Z", "2028-02-29T00:00:00.000Z"},
           {month, Utc, "2026-11-27T12:00:00Z", "2026-12-01T00:00:00.000Z"},
           {month, Utc, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00.000Z"},
           {month, Utc, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00.000Z"},
           // Local midnight is not UTC's.
           {day, Berlin, "2026-11-27T22:59:59Z", "2026-11-27T23:00:00.000Z"},
           {day, Berlin, "2026-11-27T23:00:00Z", "2026-11-28T23:00:00.000Z"},
           {month, Berlin, "2026-11-30T23:00:00Z", "2026-12-31T23:00:00.000Z"},
           {day, [](WallTime) { return -(9h + 30min); }, "2026-11-28T09:29:00Z",
            "2026-11-28T09:30:00.000Z"},
           // Days of 23 and 25 hours.
           {day, Berlin, "2026-03-28T23:30:00Z", "2026-03-29T22:00:00.000Z"},
           {day, Berlin, "2026-10-24T22:30:00Z", "2026-10-25T23:00:00.000Z"},
           {month, Berlin, "2026-03-05T12:00:00Z", "2026-03-31T22:00:00.000Z"},
           {month, Berlin, "2026-10-05T12:00:00Z", "2026-10-31T23:00:00.000Z"},
           // A midnight that does not exist, and one before which an hour comes twice.
           {day, Cairo, "2026-04-23T12:00:00Z", "2026-04-23T22:00:00.000Z"},
           {day, Cairo, "2026-10-29T12:00:00Z", "2026-10-29T22:00:00.000Z"},
           {day, Cairo, "2026-10-29T21:30:00Z", "2026-10-29T22:00:00.000Z"},
       }) {
    CAPTURE(row.now);
    CHECK(OpensAt(row.window, row.zone, row.now) == row.opens);
  }
}

TEST_CASE("a spent budget says what was spent and when it opens, in local time") {
  const WallTime now = At("2026-11-27T19:48:00Z");
  Budgets budgets({Of("Sam", "", BudgetWindow::kDay, 5)}, Berlin);
  budgets.Record("Sam", "openai", 5.02 * kDollar, now);
  CHECK(budgets.Ask("Sam", "gemini", now).text ==
        "the budget of Sam for today is spent: $5.02 of $5.00. It opens again on 2026-11-28 at "
        "00:00, in 3 h 12 min");
  budgets.Record("Sam", "ollama", std::nullopt, now);
  CHECK(budgets.Ask("Sam", "openai", now)
            .text.find("$5.02 of $5.00, without 1 request of unknown price.") != std::string::npos);
  Budgets month({Of("", "openai", BudgetWindow::kMonth, 0)}, Utc);
  CHECK(
      month.Ask("Sam", "openai", At("2026-11-02T00:00:00Z")).text ==
      "the budget for openai for this month is spent: $0.00 of $0.00. It opens again on 2026-12-01 "
      "at 00:00, in 29 days");
}

TEST_CASE("a budget warns once in each window, then asks for cheaper candidates, then is spent") {
  Budgets budgets({Of("", "", BudgetWindow::kDay, 10)}, Utc);
  WallTime now = At("2026-11-27T12:00:00Z");
  std::string first_id;
  for (int day = 0; day < 2; ++day) {
    CAPTURE(day);
    std::string states;
    std::string warned;
    for (const double usd : {7.99, 0.01, 0.0, 1.49, 0.01, 0.0, 0.49, 0.01}) {
      budgets.Record("Sam", "openai", usd * kDollar, now);
      const auto warnings = budgets.TakeWarnings(now);
      warned += std::to_string(warnings.size());
      states += std::to_string(static_cast<int>(budgets.Ask("Sam", "openai", now).state));
      if (warnings.empty()) continue;
      CHECK(warnings.front().text == "the whole budget for today is nearly spent: $8.00 of $10.00");
      CHECK(warnings.front().id != first_id);
      first_id = warnings.front().id;
    }
    CHECK(warned == "01000000");
    CHECK(states == "00001112");
    now += 24h;
  }
  budgets.Record("Sam", "openai", 9.5 * kDollar, now);
  CHECK(budgets.Ask("Sam", "openai", now).text ==
        "the whole budget for today is nearly spent: $9.50 of $10.00");
}

TEST_CASE("a budget that one request spends warns that it is spent") {
  Budgets budgets({Of("Sam", "", BudgetWindow::kDay, 1)}, Utc);
  const WallTime now = At("2026-11-27T23:00:00Z");
  budgets.Record("sam", "openai", 3 * kDollar, now);
  const auto warnings = budgets.TakeWarnings(now);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front().text ==
        "the budget of Sam for today is spent: $3.00 of $1.00. It opens again on 2026-11-28 at "
        "00:00, in 1 h");
  CHECK(budgets.TakeWarnings(now).empty());
}

TEST_CASE("requests under way count until they end, whatever they cost then") {
  Budgets budgets({Of("Sam", "", BudgetWindow::kDay, 1)}, Utc);
  const WallTime now = At("2026-11-27T12:00:00Z");
  budgets.Record("Sam", "openai", 0.5 * kDollar, now);
  budgets.Begin("SAM", "openai", 0.5 * kDollar);
  const BudgetAnswer answer = budgets.Ask("Sam", "openai", now);
  CHECK(answer.state == BudgetState::kSpent);
  CHECK(answer.text.find("$0.50 of $1.00, and about $0.50 for requests under way.") !=
        std::string::npos);
  CHECK(budgets.TakeWarnings(now).empty());
  CHECK(budgets.Ask("Max", "openai", now).state == BudgetState::kOpen);
  budgets.End("Sam", "openai", 0.5 * kDollar);
  CHECK(budgets.Ask("Sam", "openai", now).state == BudgetState::kOpen);
}

TEST_CASE("a window begins where the one before it ends") {
  const auto beginning = [](BudgetWindow window, const ZoneOffset& zone, std::string_view now) {
    return FormatRfc3339(Budgets({}, zone).BeginningOf(window, At(now)));
  };
  const auto day = BudgetWindow::kDay;
  const auto month = BudgetWindow::kMonth;
  CHECK(beginning(day, Utc, "2026-11-27T12:00:00Z") == "2026-11-27T00:00:00.000Z");
  CHECK(beginning(day, Utc, "2026-11-27T00:00:00Z") == "2026-11-27T00:00:00.000Z");
  CHECK(beginning(month, Utc, "2026-03-01T00:00:00Z") == "2026-03-01T00:00:00.000Z");
  CHECK(beginning(month, Utc, "2026-01-31T12:00:00Z") == "2026-01-01T00:00:00.000Z");
  CHECK(beginning(day, Berlin, "2026-11-27T23:30:00Z") == "2026-11-27T23:00:00.000Z");
  CHECK(beginning(month, Berlin, "2026-03-31T12:00:00Z") == "2026-02-28T23:00:00.000Z");
  CHECK(beginning(day, Berlin, "2026-10-25T22:30:00Z") == "2026-10-24T22:00:00.000Z");
  CHECK(beginning(day, Cairo, "2026-04-24T12:00:00Z") == "2026-04-23T22:00:00.000Z");
}

TEST_CASE("each budget counts its own persona and provider, and the worst state counts") {
  const auto day = BudgetWindow::kDay;
  Budgets budgets({Of("Sam", "", day, 1), Of("", "openai", day, 1), Of("Sam", "openai", day, 1),
                   Of("", "", BudgetWindow::kMonth, 2)},
                  Utc);
  const WallTime now = At("2026-11-27T12:00:00Z");
  const auto spent = [&](size_t budget) { return budgets.SpendingOf(budget, now).usd_micros; };
  budgets.Record("Max", "openai", 0.5 * kDollar, now);
  budgets.Record("Sam", "gemini", 0.3 * kDollar, now);
  CHECK(spent(0) == Approx(0.3 * kDollar));
  CHECK(spent(1) == Approx(0.5 * kDollar));
  CHECK(spent(2) == 0);
  CHECK(spent(3) == Approx(0.8 * kDollar));
  budgets.Record("Max", "openai", 0.5 * kDollar, now);
  CHECK(budgets.Ask("Sam", "openai", now).state == BudgetState::kSpent);
  CHECK(budgets.Ask("Sam", "openai", now).budget == 1);
  CHECK(budgets.Ask("Sam", "gemini", now).state == BudgetState::kOpen);
  CHECK(budgets.Ask("Max", "gemini", now).state == BudgetState::kOpen);
  budgets.Record("Max", "gemini", 0.7 * kDollar, now);
  // Of two spent ones the one that opens last is named.
  const BudgetAnswer answer = budgets.Ask("Max", "openai", now);
  CHECK(answer.budget == 3);
  CHECK(FormatRfc3339(answer.opens_at) == "2026-12-01T00:00:00.000Z");
  CHECK(budgets.Ask("Max", "gemini", now).state == BudgetState::kSpent);
}

TEST_CASE("the use of every budget is listed, whoever asks") {
  const WallTime noon = At("2026-11-27T12:00:00Z");
  Budgets budgets({Of("Sam", "", BudgetWindow::kDay, 10), Of("", "openai", BudgetWindow::kMonth, 4),
                   Of("", "", BudgetWindow::kMonth, 100)},
                  Utc);
  budgets.Record("Sam", "openai", 4 * kDollar, noon);
  budgets.Record("Eve", "deepseek", std::nullopt, noon);
  budgets.Begin("sam", "deepseek", 5.6 * kDollar);
  const auto uses = budgets.Uses(noon);
  REQUIRE(uses.size() == 3);
  CHECK(uses[0].state == BudgetState::kEconomise);
  CHECK(uses[0].spending.usd_micros == 4 * kDollar);
  CHECK(uses[0].under_way_usd_micros == 5.6 * kDollar);
  CHECK(uses[0].renewed_at == At("2026-11-28T00:00:00Z"));
  CHECK(uses[1].state == BudgetState::kSpent);
  CHECK(uses[1].renewed_at == At("2026-12-01T00:00:00Z"));
  CHECK(uses[2].state == BudgetState::kOpen);
  CHECK(uses[2].spending.unpriced == 1);
}

TEST_CASE("a clock that is set back returns to what was spent then") {
  Budgets budgets({Of("", "", BudgetWindow::kDay, 1)}, Utc);
  const WallTime now = At("2026-11-27T12:00:00Z");
  budgets.Record("Sam", "openai", kDollar, now);
  CHECK(budgets.Ask("Sam", "openai", now + 24h).state == BudgetState::kOpen);
  CHECK(budgets.Ask("Sam", "openai", now - 11h).state == BudgetState::kSpent);
  CHECK(budgets.Ask("Sam", "openai", now - 24h).state == BudgetState::kOpen);
  budgets.Record("Sam", "openai", kDollar, now - 24h);
  CHECK(budgets.Ask("Sam", "openai", now - 24h).state == BudgetState::kSpent);
  CHECK(budgets.Ask("Sam", "openai", now).state == BudgetState::kSpent);
  // However far: the window in use is never the one that is dropped.
  for (int days = 2; days < 50; ++days) {
    const WallTime earlier = now - days * 24h;
    budgets.Record("Sam", "openai", kDollar, earlier);
    CHECK(budgets.Ask("Sam", "openai", earlier).state == BudgetState::kSpent);
  }
}
