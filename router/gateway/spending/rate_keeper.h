// Keeps the configured rate limits of providers, so that a candidate is skipped before it would
// refuse. Asks nobody.
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

  // The configuration was read. What was used before is forgotten if the limits have changed.
  void Configure(const std::vector<routing::cost::RateLimit>& limits);
  [[nodiscard]] bool empty() const { return limits_.limits().empty(); }

  // The error (429, with retry-after) for a candidate without room for a request of about so many
  // tokens; nullopt: it may be asked.
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
  // Its tokens are known. Without a usage the expected ones stay.
  void End(const Use& use, const translate::Usage& usage);

 private:
  const Clock& clock_;
  routing::cost::RateLimits limits_;
};

}  // namespace katra::router::gateway
