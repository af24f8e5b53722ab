// Enforces the configured rate limits of providers, so that a candidate is skipped before its
// provider would refuse. Sends nothing to providers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "router/policy/policy.h"
#include "router/routing/cost/rate_limits.h"
#include "router/translate/errors.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

// On the loop's thread.
class RateKeeper {
 public:
  explicit RateKeeper(const Clock& clock) : clock_(clock), limits_({}) {}

  // Call this when the configuration was read. If the limits have changed, earlier use is
  // forgotten.
  void Configure(const std::vector<routing::cost::RateLimit>& limits);
  [[nodiscard]] bool empty() const { return limits_.limits().empty(); }

  // The error (429, with retry-after) for a candidate without room for a request of about `tokens`;
  // nullopt: it may be tried.
  [[nodiscard]] std::optional<translate::ApiError> Over(const policy::Candidate& candidate,
                                                        int64_t tokens) const;

  // One request that was sent.
  struct Use {
    std::string provider;
    std::string model;
    int64_t tokens = 0;  // expected
    SteadyTime begun;
  };
  [[nodiscard]] Use Begin(const policy::Candidate& candidate, int64_t tokens);
  // The request's real tokens are known. If `usage` has none, the expected ones stay.
  void End(const Use& use, const translate::Usage& usage);

 private:
  const Clock& clock_;
  routing::cost::RateLimits limits_;
};

}  // namespace katra::router::gateway
