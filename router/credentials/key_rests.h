// Which of several keys of a provider are left alone for a while, because the provider refused them
// or their limit is reached. Keys are known by a hash alone. No I/O, no clock of its own.
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

// How long a key rests after `error`; nothing: the failure says nothing of the key. As long as the
// reply's headers or body say (retry-after, x-ratelimit-reset-*, anthropic-ratelimit-*-reset), at
// most a day; else a limited key a minute, one that is refused (401, 403) five minutes, one whose
// quota or balance is used up fifteen.
[[nodiscard]] std::optional<std::chrono::milliseconds> RestOf(const translate::ApiError& error,
                                                              const translate::Headers& reply,
                                                              WallTime now);

// Not thread-safe.
class KeyRests {
 public:
  // `candidate` was asked with its credential and failed.
  void Failed(const policy::Candidate& candidate, const translate::ApiError& error,
              const translate::Headers& reply, SteadyTime now, WallTime wall_now);
  // Until when its credential rests; nothing: it may be asked.
  [[nodiscard]] std::optional<SteadyTime> Until(const policy::Candidate& candidate,
                                                SteadyTime now) const;
  // Counts sessions by turns: 0, 1, 2, …
  [[nodiscard]] size_t NextTurn(const std::string& provider) { return turns_[provider]++; }

 private:
  // A limit is one of a model, a refusal or an empty account one of all models.
  std::map<std::string, SteadyTime> rests_;
  std::map<std::string, size_t> turns_;
};

struct ProviderKey {
  std::string variable;    // empty: none holds it
  std::string credential;  // a hash of the key
};
// `candidates` with one for each key of theirs: `keys` holds those of each candidate, at least one,
// in the order in which they are asked. Where there are several, those that rest come last of all,
// the one that is ready first before the others: they are asked when nobody else is left.
[[nodiscard]] std::vector<policy::Candidate> SpreadOverKeys(
    const std::vector<policy::Candidate>& candidates,
    const std::vector<std::vector<ProviderKey>>& keys, const KeyRests& rests, SteadyTime now);

}  // namespace katra::router::credentials
