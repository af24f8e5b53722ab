#include "router/routing/cost/budgets.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/text.h"
#include "router/routing/cost/money.h"

namespace katra::router::routing::cost {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A time of the local calendar, as if it were UTC.
WallTime Local(WallTime utc, const ZoneOffset& zone) { return utc + zone(utc); }

std::chrono::year_month_day DateOf(WallTime local) {
  return std::chrono::year_month_day(std::chrono::floor<days>(local));
}

int64_t MonthNumber(const std::chrono::year_month_day& date) {
  return int64_t{static_cast<int>(date.year())} * 12 + static_cast<unsigned>(date.month()) - 1;
}

// "2026-11-28 at 00:00", in local time.
std::string Moment(WallTime local) {
  const auto date = DateOf(local);
  const auto of_day = std::chrono::floor<minutes>(local - std::chrono::floor<days>(local));
  std::array<char, 48> text{};
  (void)std::snprintf(text.data(), text.size(), "%04d-%02u-%02u at %02d:%02d",
                      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                      static_cast<unsigned>(date.day()), static_cast<int>(of_day.count() / 60),
                      static_cast<int>(of_day.count() % 60));
  return text.data();
}

// "12 days", "3 h 12 min", "1 min"; rounded up.
std::string Span(milliseconds span) {
  const int64_t left = std::max<int64_t>(std::chrono::ceil<minutes>(span).count(), 1);
  if (left >= int64_t{48} * 60) return std::to_string(left / (int64_t{24} * 60)) + " days";
  if (left < 60) return std::to_string(left) + " min";
  const int64_t rest = left % 60;
  return std::to_string(left / 60) + " h" + (rest == 0 ? "" : " " + std::to_string(rest) + " min");
}

// "the budget of Sam at openai for today"
std::string NameOf(const Budget& budget) {
  std::string name =
      budget.persona.empty() && budget.provider.empty() ? "the whole budget" : "the budget";
  if (!budget.persona.empty()) name += " of " + budget.persona;
  if (!budget.provider.empty())
    name += (budget.persona.empty() ? " for " : " at ") + budget.provider;
  return name + (budget.window == BudgetWindow::kDay ? " for today" : " for this month");
}

}  // namespace

bool Budgets::Applies(const Budget& budget, std::string_view persona, std::string_view provider) {
  return (budget.persona.empty() || ToLowerAscii(budget.persona) == ToLowerAscii(persona)) &&
         (budget.provider.empty() || budget.provider == provider);
}

WallTime Budgets::BeginningOf(BudgetWindow window, WallTime now) const {
  // Of the window before this one, the next is this one.
  const std::chrono::sys_days today = std::chrono::floor<days>(Local(now, zone_));
  const auto date = DateOf(Local(now, zone_));
  const std::chrono::sys_days last =
      (window == BudgetWindow::kDay ? today
                                    : std::chrono::sys_days(date.year() / date.month() / 1)) -
      days(1);
  return NextWindow(window, last + hours(12) - zone_(now));
}

int64_t Budgets::WindowAt(BudgetWindow window, WallTime at) const {
  const WallTime local = Local(at, zone_);
  if (window == BudgetWindow::kMonth) return MonthNumber(DateOf(local));
  return std::chrono::floor<days>(local).time_since_epoch().count();
}

WallTime Budgets::NextWindow(BudgetWindow window, WallTime now) const {
  const WallTime local = Local(now, zone_);
  std::chrono::sys_days first = std::chrono::floor<days>(local) + days(1);
  if (window == BudgetWindow::kMonth) {
    const auto date = DateOf(local);
    first = std::chrono::sys_days((date.year() / date.month() + std::chrono::months(1)) /
                                  std::chrono::day(1));
  }
  // The offset at that midnight is not known before the time is, and where clocks change at
  // midnight, it does not exist or comes twice: take the earliest time that is in the next window.
  const int64_t current = WindowAt(window, now);
  const WallTime midnight = first;
  std::optional<WallTime> next;
  for (const hours around : {hours(-26), hours(-3), hours(0), hours(3), hours(26)}) {
    const WallTime at = midnight - zone_(midnight - zone_(now) + around);
    if (at > now && WindowAt(window, at) > current && (!next || at < *next)) next = at;
  }
  return next.value_or(midnight - zone_(now));
}

Budgets::Spent& Budgets::SpentIn(size_t budget, int64_t window) {
  std::vector<Spent>& kept = spent_[budget];
  ++touches_;
  for (Spent& spent : kept) {
    if (spent.window != window) continue;
    spent.touched = touches_;
    return spent;
  }
  if (kept.size() >= kWindowsKept) {
    kept.erase(std::min_element(kept.begin(), kept.end(), [](const Spent& one, const Spent& other) {
      return one.touched < other.touched;
    }));
  }
  Spent& spent = kept.emplace_back();
  spent.window = window;
  spent.touched = touches_;
  return spent;
}

void Budgets::Record(std::string_view persona, std::string_view provider,
                     std::optional<double> cost_usd_micros, WallTime at) {
  for (size_t i = 0; i < budgets_.size(); ++i) {
    if (!Applies(budgets_[i], persona, provider)) continue;
    Spending& spending = SpentIn(i, WindowAt(budgets_[i].window, at)).spending;
    spending.usd_micros += std::max(cost_usd_micros.value_or(0), 0.0);
    spending.unpriced += cost_usd_micros ? 0 : 1;
  }
}

void Budgets::Begin(std::string_view persona, std::string_view provider, double usd_micros) {
  for (size_t i = 0; i < budgets_.size(); ++i) {
    if (Applies(budgets_[i], persona, provider)) under_way_[i] += std::max(usd_micros, 0.0);
  }
}

void Budgets::End(std::string_view persona, std::string_view provider, double usd_micros) {
  for (size_t i = 0; i < budgets_.size(); ++i) {
    if (!Applies(budgets_[i], persona, provider)) continue;
    under_way_[i] -= std::max(usd_micros, 0.0);
    if (under_way_[i] < 1e-3) under_way_[i] = 0;  // what rounding leaves
  }
}

std::string Budgets::AmountsOf(size_t budget, WallTime now) const {
  const Spending spending = SpendingOf(budget, now);
  std::string amounts =
      ": " + FormatUsd(spending.usd_micros) + " of " + FormatUsd(budgets_[budget].limit_usd_micros);
  if (under_way_[budget] > 0) {
    amounts += ", and about " + FormatUsd(under_way_[budget]) + " for requests under way";
  }
  if (spending.unpriced > 0) {
    amounts += ", without " + std::to_string(spending.unpriced) +
               (spending.unpriced == 1 ? " request" : " requests") + " of unknown price";
  }
  return amounts;
}

BudgetAnswer Budgets::AskOne(size_t budget, WallTime now) const {
  const Budget& asked = budgets_[budget];
  const double usd_micros = SpendingOf(budget, now).usd_micros + under_way_[budget];
  BudgetAnswer answer;
  answer.budget = budget;
  if (usd_micros >= asked.limit_usd_micros) {
    answer.state = BudgetState::kSpent;
    answer.opens_at = NextWindow(asked.window, now);
    answer.text = NameOf(asked) + " is spent" + AmountsOf(budget, now) + ". It opens again on " +
                  Moment(Local(answer.opens_at, zone_)) + ", in " + Span(answer.opens_at - now);
  } else if (usd_micros >= asked.economise_at * asked.limit_usd_micros) {
    answer.state = BudgetState::kEconomise;
    answer.text = NameOf(asked) + " is nearly spent" + AmountsOf(budget, now);
  }
  return answer;
}

BudgetAnswer Budgets::Ask(std::string_view persona, std::string_view provider, WallTime now) const {
  BudgetAnswer worst;
  for (size_t i = 0; i < budgets_.size(); ++i) {
    if (!Applies(budgets_[i], persona, provider)) continue;
    BudgetAnswer answer = AskOne(i, now);
    const bool later = answer.state == worst.state && answer.opens_at > worst.opens_at;
    if (answer.state > worst.state || later) worst = std::move(answer);
  }
  return worst;
}

std::vector<BudgetWarning> Budgets::TakeWarnings(WallTime now) {
  std::vector<BudgetWarning> warnings;
  for (size_t i = 0; i < budgets_.size(); ++i) {
    const Budget& budget = budgets_[i];
    const double spent = SpendingOf(i, now).usd_micros;
    if (spent <= 0 || spent < budget.warn_at * budget.limit_usd_micros) continue;
    const int64_t window = WindowAt(budget.window, now);
    bool& warned = SpentIn(i, window).warned;
    if (warned) continue;
    warned = true;
    BudgetWarning& warning = warnings.emplace_back();
    warning.budget = i;
    const BudgetAnswer answer = AskOne(i, now);
    warning.text = answer.state == BudgetState::kSpent
                       ? answer.text
                       : NameOf(budget) + " is nearly spent" + AmountsOf(i, now);
    warning.id =
        NameOf(budget) + " " + std::to_string(window) + " " + FormatUsd(budget.limit_usd_micros);
  }
  return warnings;
}

Budgets::Spending Budgets::SpendingOf(size_t budget, WallTime now) const {
  const int64_t window = WindowAt(budgets_[budget].window, now);
  for (const Spent& spent : spent_[budget]) {
    if (spent.window == window) return spent.spending;
  }
  return {};
}

std::vector<Budgets::Use> Budgets::Uses(WallTime now) const {
  std::vector<Use> uses;
  for (size_t i = 0; i < budgets_.size(); ++i) {
    uses.push_back({AskOne(i, now).state, SpendingOf(i, now), under_way_[i],
                    NextWindow(budgets_[i].window, now)});
  }
  return uses;
}

}  // namespace katra::router::routing::cost
