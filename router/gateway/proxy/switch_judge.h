// Decides whether a conversation may switch models, by what the switch costs: a model that is new
// to it has to read all of it (router.max_switch_spend, router.max_switch_spend_pct). One request's
// view of its session's costs.
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "router/config/config.h"
#include "router/gateway/observe/prices.h"
#include "router/gateway/proxy/session_history.h"
#include "router/routing/cost/switch_cost.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

// On the loop's thread.
class SwitchJudge {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    const Prices& prices;
    const Clock& clock;
    SessionHistory& history;
  };
  explicit SwitchJudge(const Deps& deps) : deps_(deps) {}

  // Counts a new turn, whose prompt has about `tokens`. Call it once per request, before the
  // others. `otherwise` is used if no route matches.
  void Arrived(const MatchingConfig& matching, const Target& otherwise, int64_t tokens);
  // The cost of the turn on `model` in this session, with what the model's cache holds. For
  // comparing models. nullopt: a price is unknown.
  [[nodiscard]] std::optional<double> TurnUsdMicros(const MatchingConfig& matching,
                                                    const Target& model, int64_t tokens);

  struct Verdict {
    std::optional<Target>
        stay_with;       // the model that answered last, if the switch is too expensive
    std::string reason;  // for people; empty: none
  };
  // Whether the session may use `wanted` for the turn. Without a limit it always may.
  [[nodiscard]] Verdict Judge(const MatchingConfig& matching, const Target& wanted, int64_t tokens);
  // Counts a request that continues a turn, so that its model is decided.
  void Continued(const MatchingConfig& matching, int64_t tokens);
  // Counts the judged switch, which was made, against the session's limit.
  void Charge();
  // Records that `model` answered the conversation.
  void Answered(const Target& model, const translate::Usage& usage);

 private:
  [[nodiscard]] routing::cost::ModelTerms TermsOf(std::string_view model) const;

  Deps deps_;
  std::optional<routing::cost::SwitchVerdict> verdict_;
};

}  // namespace katra::router::gateway
