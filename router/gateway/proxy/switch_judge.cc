#include "router/gateway/proxy/switch_judge.h"

#include <utility>

namespace katra::router::gateway {
namespace {

std::string NameOf(const Target& target) { return target.provider + "/" + target.model; }

// Providers' names hold no slash.
Target TargetOf(std::string_view name) {
  const size_t slash = name.find('/');
  if (slash == std::string_view::npos) return {};
  return {std::string(name.substr(0, slash)), std::string(name.substr(slash + 1))};
}

routing::cost::SwitchLimits LimitsOf(const MatchingConfig& matching) {
  return routing::cost::SwitchLimits::Of(matching.max_switch_spend_usd,
                                         matching.max_switch_spend_pct);
}

}  // namespace

routing::cost::ModelTerms SwitchJudge::TermsOf(std::string_view model) const {
  const Target target = TargetOf(model);
  routing::cost::ModelTerms terms;
  if (const auto price = deps_.prices.Of(target.provider, target.model)) {
    terms.prices = {price->input, price->output, price->cache_read, price->cache_write};
  }
  return terms;
}

void SwitchJudge::Arrived(const MatchingConfig& matching, const Target& otherwise, int64_t tokens) {
  deps_.history.Trace().costs.Arrived(
      tokens, NameOf(otherwise), LimitsOf(matching),
      [this](std::string_view model) { return TermsOf(model); }, deps_.clock.Now());
}

std::optional<double> SwitchJudge::TurnUsdMicros(const MatchingConfig& matching,
                                                 const Target& model, int64_t tokens) {
  return deps_.history.Trace().costs.NextTurnUsdMicros(
      NameOf(model), tokens, LimitsOf(matching),
      [this](std::string_view name) { return TermsOf(name); }, deps_.clock.Now());
}

SwitchJudge::Verdict SwitchJudge::Judge(const MatchingConfig& matching, const Target& wanted,
                                        int64_t tokens) {
  if (!matching.limits_switches()) return {};
  routing::cost::SessionCosts& costs = deps_.history.Trace().costs;
  const auto limits = LimitsOf(matching);
  const WallTime now = deps_.clock.Now();
  const auto terms = [this](std::string_view model) { return TermsOf(model); };
  const std::string name = NameOf(wanted);
  verdict_ = costs.Judge(name, tokens, limits, terms, now, costs.NextTurn());
  Verdict verdict;
  verdict.reason = verdict_->reason;
  if (!verdict_->allowed && !costs.anchor().empty()) verdict.stay_with = TargetOf(costs.anchor());
  return verdict;
}

void SwitchJudge::Continued(const MatchingConfig& matching, int64_t tokens) {
  if (!matching.max_switch_spend_pct) return;
  deps_.history.Trace().costs.Continued(tokens, LimitsOf(matching),
                                        [this](std::string_view model) { return TermsOf(model); });
}

void SwitchJudge::Charge() {
  if (verdict_ && verdict_->allowed) deps_.history.Trace().costs.Charge(*verdict_);
  verdict_.reset();
}

void SwitchJudge::Answered(const Target& model, const translate::Usage& usage) {
  if (!usage.known) return;
  deps_.history.Trace().costs.Answered(NameOf(model), usage.PromptTokens() + usage.output_tokens,
                                       deps_.clock.Now());
}

}  // namespace katra::router::gateway
