// Enforces the configured budgets. Counts the cost of the month's earlier requests (from the
// store), of this gateway's own requests, and the expected cost of those in progress. Removes
// candidates whose budget is spent, and puts cheaper ones first when it nearly is. Sends nothing to
// providers.
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
#include "core/json_write.h"
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
  std::string persona;  // that made the request
  std::string room;     // configured for the persona; empty: none
  std::string text;
  std::string id;  // the same for the same warning after a restart of the gateway
};

// On the loop's thread.
class BudgetKeeper {
 public:
  // Returns the costs of the requests at or after `since` and before `until`. Blocking,
  // milliseconds.
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

  // Call this when the configuration was read. The first time that there are budgets, reads earlier
  // spending from the store; if that fails, budgets count from now on, and the log says so.
  void Configure(std::shared_ptr<const RouterConfig> config);

  // Removes the candidates that no budget pays for; if none is left, the error says which budget is
  // spent and when it opens again. A model that costs nothing is always kept.
  [[nodiscard]] std::optional<translate::ApiError> Apply(const std::string& persona,
                                                         policy::Choice* choice) const;

  // A request in progress. Its expected cost counts until this is destroyed.
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
  // nullptr: there is nothing to count. `max_tokens`: the client's limit for the response.
  [[nodiscard]] std::unique_ptr<Hold> Begin(const std::string& persona,
                                            const policy::Candidate& candidate,
                                            int64_t prompt_tokens,
                                            std::optional<int64_t> max_tokens);

  // Counts the request's cost, and warns about budgets that it pushed past warn_at.
  void OnRequestFinished(const RequestRecord& record);

  // Appends an array of the budgets: whose, what was spent of what, and when it is renewed.
  void Write(JsonWriter& writer) const;

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
  // If the first candidate's budget is nearly spent.
  void PutCheaperFirst(const std::string& persona, policy::Choice* choice) const;

  Deps deps_;
  routing::cost::ZoneOffset zone_;
  std::shared_ptr<const RouterConfig> config_;
  WallTime began_;  // requests from this time on are counted here, earlier ones in the store
  bool read_store_ = false;
  routing::cost::Budgets budgets_;
  std::vector<Spent> earlier_;  // from the store
  // This gateway's own spending by local day, so that budgets that are configured later count it,
  // too.
  std::map<std::tuple<WallTime, std::string, std::string>, Spent> own_;
  struct UnderWay {
    size_t requests = 0;
    double usd_micros = 0;
  };
  std::map<std::pair<std::string, std::string>, UnderWay> under_way_;  // by persona and provider
};

// The offset of this computer's time zone at `at`.
[[nodiscard]] std::chrono::seconds LocalZoneOffset(WallTime at);

}  // namespace katra::router::gateway
