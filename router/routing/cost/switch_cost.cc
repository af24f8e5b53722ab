#include "router/routing/cost/switch_cost.h"

#include <algorithm>

namespace katra::router::routing::cost {
namespace {

std::optional<double> ReadRate(const TokenPrices& prices, double discount) {
  if (prices.cache_read) return prices.cache_read;
  if (prices.input) return *prices.input * discount;
  return std::nullopt;
}

std::optional<double> WriteRate(const TokenPrices& prices) {
  return prices.cache_write ? prices.cache_write : prices.input;
}

// What a model charges for a prompt of which its cache holds `warm`.
std::optional<double> PromptCost(const TokenPrices& prices, int64_t context, int64_t warm,
                                 double discount) {
  const auto read = ReadRate(prices, discount);
  const auto write = WriteRate(prices);
  if (!read || !write) return std::nullopt;
  const int64_t cached = std::clamp<int64_t>(warm, 0, std::max<int64_t>(context, 0));
  return static_cast<double>(cached) * *read +
         static_cast<double>(std::max<int64_t>(context, 0) - cached) * *write;
}

}  // namespace

SwitchLimits SwitchLimits::Of(std::optional<double> max_usd, std::optional<double> max_pct) {
  SwitchLimits limits;
  if (max_usd) limits.max_usd_micros = *max_usd * 1e6;
  limits.max_pct = max_pct;
  return limits;
}

std::optional<double> ForecastUsdMicros(const TokenPrices& prices, int64_t context_tokens,
                                        int64_t warm_tokens, const Forecast& forecast,
                                        double cache_read_discount) {
  const auto first = PromptCost(prices, context_tokens, warm_tokens, cache_read_discount);
  if (!first || (forecast.output_tokens > 0 && !prices.output)) return std::nullopt;
  const double read = *ReadRate(prices, cache_read_discount);
  const double write = *WriteRate(prices);
  const auto requests = static_cast<double>(std::max<int64_t>(forecast.requests, 1));
  const auto added = static_cast<double>(forecast.new_tokens);
  const double later = requests - 1;
  // Request i reads the context and what i - 1 requests added, and writes what it adds itself.
  const double reads =
      later * static_cast<double>(context_tokens) + added * later * (later - 1) / 2;
  const double output = static_cast<double>(forecast.output_tokens) * prices.output.value_or(0);
  return *first + reads * read + later * added * write + requests * output;
}

std::optional<double> SwitchCostUsdMicros(const Switch& change, double cache_read_discount) {
  const auto there = PromptCost(change.candidate, change.context_tokens,
                                change.candidate_warm_tokens, cache_read_discount);
  const auto here = PromptCost(change.anchor, change.context_tokens, change.anchor_warm_tokens,
                               cache_read_discount);
  if (!there || !here) return std::nullopt;
  return *there - *here;
}

void SessionCosts::Arrived(int64_t context_tokens, std::string_view default_model,
                           const SwitchLimits& limits, const TermsOf& terms_of, WallTime now) {
  ++arrivals_;
  NoteLength(context_tokens);
  const bool cold = std::all_of(cached_.begin(), cached_.end(), [&](const Cached& cached) {
    return WarmTokens(cached.model, context_tokens, terms_of(cached.model), now) == 0;
  });
  if (cold && limits.replenish_on_rebind) spent_ = baseline_ = 0;
  default_model_ = default_model;
  CountBaseline(context_tokens, limits, terms_of);
}

void SessionCosts::Continued(int64_t context_tokens, const SwitchLimits& limits,
                             const TermsOf& terms_of) {
  NoteLength(context_tokens);
  CountBaseline(context_tokens, limits, terms_of);
}

void SessionCosts::NoteLength(int64_t context_tokens) {
  // The client has shortened the conversation: that is another prompt.
  if (context_tokens < arrived_tokens_ - arrived_tokens_ / 4) cached_.clear();
  arrived_tokens_ = context_tokens;
}

void SessionCosts::CountBaseline(int64_t context_tokens, const SwitchLimits& limits,
                                 const TermsOf& terms_of) {
  const auto rate = ReadRate(terms_of(default_model_).prices, limits.cache_read_discount);
  baseline_ += static_cast<double>(std::max<int64_t>(context_tokens, 0)) * rate.value_or(0);
}

std::optional<double> SessionCosts::CeilingUsdMicros(const SwitchLimits& limits) const {
  std::optional<double> ceiling = limits.max_usd_micros;
  if (limits.max_pct) {
    const double share = *limits.max_pct / 100 * baseline_;
    ceiling = ceiling ? std::min(*ceiling, share) : share;
  }
  return ceiling;
}

int64_t SessionCosts::WarmTokens(std::string_view model, int64_t context_tokens,
                                 const ModelTerms& terms, WallTime now) const {
  for (const Cached& cached : cached_) {
    if (cached.model != model) continue;
    // A clock that was set back makes nothing colder.
    if (now - cached.answered_at > terms.warm_for) return 0;
    return std::clamp<int64_t>(cached.tokens, 0, std::max<int64_t>(context_tokens, 0));
  }
  return 0;
}

SwitchVerdict SessionCosts::Judge(std::string_view candidate, int64_t context_tokens,
                                  const SwitchLimits& limits, const TermsOf& terms_of, WallTime now,
                                  const std::optional<Forecast>& forecast) const {
  SwitchVerdict verdict;
  verdict.anchor = anchor_;
  if (anchor_.empty() || anchor_ == candidate) return verdict;
  const std::string to = "switched to " + std::string(candidate) + ": ";
  const ModelTerms here = terms_of(anchor_);
  const ModelTerms there = terms_of(candidate);
  const int64_t warm_here = WarmTokens(anchor_, context_tokens, here, now);
  const int64_t warm_there = WarmTokens(candidate, context_tokens, there, now);
  if (warm_here == 0) {
    verdict.cause = SwitchCause::kCold;
    verdict.reason = to + anchor_ + " no longer has the conversation in its cache";
    return verdict;
  }
  const Switch change{context_tokens, warm_here, warm_there, here.prices, there.prices};
  verdict.cost_usd_micros = SwitchCostUsdMicros(change, limits.cache_read_discount);
  if (!verdict.cost_usd_micros) {
    const bool candidate_known =
        ReadRate(there.prices, limits.cache_read_discount) && WriteRate(there.prices);
    verdict.cause = SwitchCause::kUnknownPrice;
    verdict.reason = to + (candidate_known ? "the price of " + anchor_ : std::string("its price")) +
                     " is unknown, so the cost of the switch is, too";
    return verdict;
  }
  if (forecast) {
    const auto staying =
        ExpectedUsdMicros(anchor_, context_tokens, *forecast, limits, terms_of, now);
    const auto moving =
        ExpectedUsdMicros(candidate, context_tokens, *forecast, limits, terms_of, now);
    if (staying && moving) verdict.cost_usd_micros = *moving - *staying;
  }
  const double cost = *verdict.cost_usd_micros;
  if (cost <= 0) {
    verdict.cause = SwitchCause::kFree;
    verdict.reason =
        to + (cost < 0 ? "that saves " + FormatUsd(-cost) : std::string("that costs nothing"));
    return verdict;
  }
  const auto ceiling = CeilingUsdMicros(limits);
  if (!ceiling || spent_ + cost <= *ceiling) {
    verdict.cause = SwitchCause::kWithin;
    verdict.reason = to + "that costs " + FormatUsd(cost);
    if (ceiling)
      verdict.reason += ", and " + FormatUsd(*ceiling - spent_) + " was left for switches";
    return verdict;
  }
  verdict.allowed = false;
  verdict.cause = SwitchCause::kOver;
  verdict.reason = "stayed on " + anchor_ + ": switching would cost " + FormatUsd(cost);
  const double left = std::max(*ceiling - spent_, 0.0);
  if (left > 0) verdict.reason += ", and " + FormatUsd(left) + " is left for switches";
  return verdict;
}

std::optional<double> SessionCosts::ExpectedUsdMicros(std::string_view model,
                                                      int64_t context_tokens,
                                                      const Forecast& forecast,
                                                      const SwitchLimits& limits,
                                                      const TermsOf& terms_of, WallTime now) const {
  const double discount = limits.cache_read_discount;
  const ModelTerms terms = terms_of(model);
  const auto turn =
      ForecastUsdMicros(terms.prices, context_tokens, WarmTokens(model, context_tokens, terms, now),
                        forecast, discount);
  if (!turn || forecast.later_requests <= 0) return turn;
  const int64_t after = context_tokens + std::max<int64_t>(forecast.requests, 1) *
                                             (forecast.new_tokens + forecast.output_tokens);
  const Forecast later_turns{forecast.later_requests, forecast.new_tokens, forecast.output_tokens};
  std::optional<double> least;
  for (const std::string_view later : forecast.later_models) {
    const ModelTerms later_terms = terms_of(later);
    const int64_t warm =
        later == model ? after : WarmTokens(later, context_tokens, later_terms, now);
    const auto cost = ForecastUsdMicros(later_terms.prices, after, warm, later_turns, discount);
    if (cost && (!least || *cost < *least)) least = cost;
  }
  return *turn + least.value_or(0);
}

std::optional<double> SessionCosts::NextTurnUsdMicros(std::string_view model,
                                                      int64_t context_tokens,
                                                      const SwitchLimits& limits,
                                                      const TermsOf& terms_of, WallTime now) const {
  const auto expected = [&](std::string_view who, const Forecast& forecast) {
    return ExpectedUsdMicros(who, context_tokens, forecast, limits, terms_of, now);
  };
  const Forecast with_later = NextTurn();
  Forecast turn = with_later;
  turn.later_requests = 0;
  // Nothing is lost by leaving a cold cache.
  const bool cold =
      anchor_.empty() || WarmTokens(anchor_, context_tokens, terms_of(anchor_), now) == 0;
  if (cold) return expected(model, turn);
  const auto all = expected(model, with_later);
  const auto staying = expected(anchor_, with_later);
  const auto staying_turn = expected(anchor_, turn);
  if (!all || !staying || !staying_turn) return expected(model, turn);
  return *all - (*staying - *staying_turn);
}

Forecast SessionCosts::NextTurn() const {
  constexpr int64_t kFirstTurn = 4;
  constexpr int64_t kUsualSession = 40;
  Forecast forecast;
  forecast.requests =
      std::max<int64_t>((kFirstTurn + answers_) / std::max<int64_t>(arrivals_, 1), 1);
  forecast.new_tokens = 1200;
  forecast.output_tokens = 350;
  forecast.later_requests = kUsualSession + answers_;
  if (!anchor_.empty()) forecast.later_models.emplace_back(anchor_);
  return forecast;
}

void SessionCosts::Charge(const SwitchVerdict& verdict) {
  if (verdict.cause == SwitchCause::kWithin) spent_ += verdict.cost_usd_micros.value_or(0);
}

void SessionCosts::Answered(std::string_view model, int64_t context_tokens, WallTime now) {
  ++answers_;
  anchor_ = model;
  const auto found = std::find_if(cached_.begin(), cached_.end(),
                                  [&](const Cached& cached) { return cached.model == model; });
  if (found != cached_.end()) {
    found->answered_at = now;
    found->tokens = context_tokens;
    return;
  }
  if (cached_.size() >= kMaxModels) {
    cached_.erase(std::min_element(cached_.begin(), cached_.end(),
                                   [](const Cached& one, const Cached& other) {
                                     return one.answered_at < other.answered_at;
                                   }));
  }
  cached_.push_back({std::string(model), now, context_tokens});
}

}  // namespace katra::router::routing::cost
