#include "router/gateway/spending/rate_keeper.h"

#include <algorithm>

#include "router/gateway/access/caller.h"

namespace katra::router::gateway {

void RateKeeper::Configure(const std::vector<routing::cost::RateLimit>& limits) {
  if (limits_.limits() == limits) return;
  limits_ = routing::cost::RateLimits(limits);
}

std::optional<translate::ApiError> RateKeeper::Over(const policy::Candidate& candidate,
                                                    int64_t tokens) const {
  const auto wait = limits_.Ask(candidate.provider->name, candidate.model, tokens, clock_.Steady());
  if (!wait) return std::nullopt;
  translate::ApiError error =
      MakeError(translate::Failure::kRateLimit, 429, "rate_limit_error", wait->text);
  error.retryable = true;
  error.retry_after = wait->until_room;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait->until_room);
  error.headers.emplace_back("retry-after", std::to_string(seconds.count()));
  error.headers.emplace_back("x-should-retry", "true");
  return error;
}

RateKeeper::Use RateKeeper::Begin(const policy::Candidate& candidate, int64_t tokens) {
  Use use{candidate.provider->name, candidate.model, std::max(tokens, int64_t{0}), clock_.Steady()};
  limits_.Begin(use.provider, use.model, use.tokens, use.begun);
  return use;
}

void RateKeeper::End(const Use& use, const translate::Usage& usage) {
  if (!usage.known) return;
  limits_.Correct(use.provider, use.model, use.tokens, usage.PromptTokens() + usage.output_tokens,
                  use.begun, clock_.Steady());
}

}  // namespace katra::router::gateway
