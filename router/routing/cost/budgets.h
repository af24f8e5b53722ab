// Budgets per persona, per provider and overall, by day or month: what was spent, whether another
// request may be made, and if not, when. The caller supplies the time and the time zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace katra::router::routing::cost {

// How far local time is ahead of UTC at the given time. Must be pure.
using ZoneOffset = std::function<std::chrono::seconds(WallTime)>;

enum class BudgetWindow : uint8_t { kDay, kMonth };  // calendar days and months, in local time

struct Budget {
  std::string persona;   // in any case; empty: all personas together
  std::string provider;  // likewise
  BudgetWindow window = BudgetWindow::kDay;
  double limit_usd_micros = 0;  // 0: nothing may be spent
  double warn_at = 0.8;         // of the limit
  double economise_at = 0.95;   // of the limit; from here on, prefer cheaper candidates

  friend bool operator==(const Budget&, const Budget&) = default;
};

enum class BudgetState : uint8_t {
  kOpen,
  kEconomise,  // open, but nearly spent
  kSpent,      // no request until opens_at
};

struct BudgetAnswer {
  BudgetState state = BudgetState::kOpen;
  size_t budget = 0;  // which one; not for kOpen
  // For kSpent: when the last of the spent budgets that apply opens again.
  WallTime opens_at{};
  // For people: "the budget of Sam for today is spent: $5.02 of $5.00. It opens again on 2026-11-28
  // at 00:00, in 3 h 12 min". Empty for kOpen.
  std::string text;
};

// A budget has passed its warn_at.
struct BudgetWarning {
  size_t budget = 0;
  std::string text;  // for people, as in BudgetAnswer
  std::string id;    // identifies the budget, its window and its limit, also after a restart
};

// Knows only what Record was told: at start the caller records what was spent earlier in the month.
// Memory is bounded by the number of budgets. Not thread-safe.
class Budgets {
 public:
  Budgets(std::vector<Budget> budgets, ZoneOffset zone)
      : zone_(std::move(zone)),
        budgets_(std::move(budgets)),
        spent_(budgets_.size()),
        under_way_(budgets_.size()) {}

  // Records a request of `persona` that `provider` completed at `at`. If its cost is unknown
  // (unset), the request is only counted.
  void Record(std::string_view persona, std::string_view provider,
              std::optional<double> cost_usd_micros, WallTime at);

  // The beginning and the end of a request that will cost about `usd_micros`. In between, this
  // amount counts as spent.
  void Begin(std::string_view persona, std::string_view provider, double usd_micros);
  void End(std::string_view persona, std::string_view provider, double usd_micros);

  // Whether a request may be made now. If several budgets apply, the worst state counts; if several
  // are spent, the one that opens last.
  [[nodiscard]] BudgetAnswer Ask(std::string_view persona, std::string_view provider,
                                 WallTime now) const;

  // The budgets that have passed warn_at in the window that contains `now`; each once per window.
  [[nodiscard]] std::vector<BudgetWarning> TakeWarnings(WallTime now);

  // What was spent in the budget's window that contains `now`.
  struct Spending {
    double usd_micros = 0;
    int64_t unpriced = 0;  // requests of unknown cost
  };
  [[nodiscard]] Spending SpendingOf(size_t budget, WallTime now) const;
  // The state of each budget now, in their order, whoever asks.
  struct Use {
    BudgetState state = BudgetState::kOpen;
    Spending spending;
    double under_way_usd_micros = 0;  // expected cost of requests in progress
    WallTime renewed_at{};            // when the window ends and spending counts from 0 again
  };
  [[nodiscard]] std::vector<Use> Uses(WallTime now) const;
  // The beginning of the window that contains `now`.
  [[nodiscard]] WallTime BeginningOf(BudgetWindow window, WallTime now) const;
  [[nodiscard]] const std::vector<Budget>& budgets() const { return budgets_; }

 private:
  // If the clock is set back, an earlier window applies again, so some are kept.
  static constexpr size_t kWindowsKept = 4;
  struct Spent {
    int64_t window = 0;  // number of the day or month
    uint64_t touched = 0;
    Spending spending;
    bool warned = false;
  };

  [[nodiscard]] static bool Applies(const Budget& budget, std::string_view persona,
                                    std::string_view provider);
  [[nodiscard]] int64_t WindowAt(BudgetWindow window, WallTime at) const;
  // The beginning of the window after the one that contains `now`.
  [[nodiscard]] WallTime NextWindow(BudgetWindow window, WallTime now) const;
  [[nodiscard]] Spent& SpentIn(size_t budget, int64_t window);
  [[nodiscard]] BudgetAnswer AskOne(size_t budget, WallTime now) const;
  // ": $4.10 of $5.00".
  [[nodiscard]] std::string AmountsOf(size_t budget, WallTime now) const;

  ZoneOffset zone_;
  std::vector<Budget> budgets_;
  std::vector<std::vector<Spent>> spent_;  // by budget
  std::vector<double>
      under_way_;  // expected cost of requests in progress in US micro-dollars, by budget
  uint64_t touches_ = 0;
};

}  // namespace katra::router::routing::cost
