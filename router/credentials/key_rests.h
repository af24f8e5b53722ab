// Tracks which of a provider's keys are not to be used for a while, because the provider refused
// them or their limit is reached. Keys are known only by a hash. No I/O, no clock of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "router/policy/policy.h"
#include "router/translate/errors.h"

namespace katra::router::credentials {

// How long a key rests after `error`; nullopt if the failure is not about the key. As long as the
// response's headers or body say (retry-after, x-ratelimit-reset-*, anthropic-ratelimit-*-reset),
// at most a day; otherwise one minute for a rate limit, five minutes for a refusal (401, 403),
// fifteen for an exhausted quota or balance.
[[nodiscard]] std::optional<std::chrono::milliseconds> RestOf(const translate::ApiError& error,
                                                              const translate::Headers& reply,
                                                              WallTime now);

// Not thread-safe.
class KeyRests {
 public:
  // Records that `candidate`, asked with its credential, failed.
  void Failed(const policy::Candidate& candidate, const translate::ApiError& error,
              const translate::Headers& reply, SteadyTime now, WallTime wall_now);
  // Until when its credential rests; nullopt if it may be used.
  [[nodiscard]] std::optional<SteadyTime> Until(const policy::Candidate& candidate,
                                                SteadyTime now) const;
  // Numbers the sessions of a provider: 0, 1, 2, …
  [[nodiscard]] size_t NextTurn(const std::string& provider) { return turns_[provider]++; }

 private:
  // A rate limit applies to one model; a refusal or an empty account to all models.
  std::map<std::string, SteadyTime> rests_;
  std::map<std::string, size_t> turns_;
};

struct ProviderKey {
  std::string variable;    // empty: not from a variable
  std::string credential;  // a hash of the key
};
// Expands `candidates` to one per key. `keys` has the keys of each candidate, at least one, in
// order of preference. Of several keys those that rest are moved to the end of the whole list,
// earliest first: they are used only when nothing else is left.
[[nodiscard]] std::vector<policy::Candidate> SpreadOverKeys(
    const std::vector<policy::Candidate>& candidates,
    const std::vector<std::vector<ProviderKey>>& keys, const KeyRests& rests, SteadyTime now);

}  // namespace katra::router::credentials
