// Keeps the configured budgets: what the store has of earlier requests of the month, what this
// gateway's own requests have cost since, and what those under way may cost. Leaves out candidates
// whose budget is spent, and puts cheaper ones first when it nearly is. Asks nobody.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "router/config/config.h"
#include "router/gateway/observe/prices.h"
#include "router/gateway/observe/request_record.h"
#include "router/policy/policy.h"
#include "router/routing/cost/budgets.h"
#include "router/translate/errors.h"
#include "store/usage.h"

namespace katra::router::gateway {

// A budget is nearly spent, or spent; for a room.
struct BudgetNotice {
  std::string persona;  // whose request it was
  std::string room;     // configured for the persona; empty: none
  std::string text;
  std::string id;  // the same for the same warning of a gateway that was started anew
};

// On the loop's thread.
class BudgetKeeper {
 public:
  // What requests at or after `since` and before `until` have cost. Blocking, milliseconds.
  using ReadSpending =
      std::function<Result<std::vector<store::SpendingSum>>(WallTime since, WallTime until)>;
  // Borrowed: all of them outlive this. The functions may be empty.
  struct Deps {
    const Clock& clock;
    const Prices& prices;
    ReadSpending read;
    std::function<void(const BudgetNotice&)> tell;
    std::function<void(const std::string&)> warn;  // for the log
  };
  BudgetKeeper(Deps deps, routing::cost::ZoneOffset zone);

  // The configuration was read. Reads from the store what was spent before, the first time that
  // there are budgets; if it cannot be read, budgets count from now on, and the log says so.
  void Configure(std::shared_ptr<const RouterConfig> config);

  // Removes the candidates that no budget pays for; if none is left, the error says which budget is
  // spent and when it opens again. A model that costs nothing is always kept.
  [[nodiscard]] std::optional<translate::ApiError> Apply(const std::string& persona,
                                                         policy::Choice* choice) const;

  // A request under way. Its expected cost counts until this is destroyed.
  class Hold {
   public:
    Hold(BudgetKeeper& keeper, std::string persona, std::string provider, double usd_micros);
    ~Hold();
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    BudgetKeeper& keeper_;
    std::string persona_;
    std::string provider_;
    double usd_micros_;
  };
  // nullptr: nothing is to be counted. `max_tokens`: of the answer, as the client limits it.
  [[nodiscard]] std::unique_ptr<Hold> Begin(const std::string& persona,
                                            const policy::Candidate& candidate,
                                            int64_t prompt_tokens,
                                            std::optional<int64_t> max_tokens);

  // Counts what it has cost, and warns of budgets that have passed their mark by it.
  void OnRequestFinished(const RequestRecord& record);

  [[nodiscard]] const routing::cost::Budgets& budgets() const { return budgets_; }

 private:
  // Of one persona at one provider.
  struct Spent {
    std::string persona;
    std::string provider;
    WallTime at;
    double usd_micros = 0;
    int64_t unpriced = 0;
  };

  void ReadStore();
  void Fill();
  void Warn(const std::string& persona);
  [[nodiscard]] bool IsFree(const policy::Candidate& candidate) const;
  void LeaveOutSpent(const std::string& persona, policy::Choice* choice) const;
  // Where the first candidate's budget is nearly spent.
  void PutCheaperFirst(const std::string& persona, policy::Choice* choice) const;

  Deps deps_;
  routing::cost::ZoneOffset zone_;
  std::shared_ptr<const RouterConfig> config_;
  WallTime began_;  // requests from then on are counted here, earlier ones in the store
  bool read_store_ = false;
  routing::cost::Budgets budgets_;
  std::vector<Spent> earlier_;  // from the store
  // This gateway's, by the local day: budgets that are configured later count them, too.
  std::map<std::tuple<WallTime, std::string, std::string>, Spent> own_;
  struct UnderWay {
    size_t requests = 0;
    double usd_micros = 0;
  };
  std::map<std::pair<std::string, std::string>, UnderWay> under_way_;  // by persona and provider
};

// Of this computer's time zone.
[[nodiscard]] std::chrono::seconds LocalZoneOffset(WallTime at);

}  // namespace katra::router::gateway
