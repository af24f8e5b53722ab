// Until when a subscription rests whose limit is reached, as its provider said. Kept for each login
// apart, in memory only, by a hash of it: one login's limit is nobody else's.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "core/http/message.h"

namespace katra::router::gateway {

struct PlanRest {
  WallTime until;
  std::string models;  // what the names of the models have in common that it is for; empty: all
};

// A moment within the next month: seconds since 1970, or RFC 3339. Nothing: it is none.
[[nodiscard]] std::optional<WallTime> MomentToCome(std::string_view text, WallTime now);

// What a refusal says of a Claude plan: a 429 with `anthropic-ratelimit-unified-…` headers that
// does not say that the plan still allows requests. Of several windows that are used up the last
// one counts (all of them must have room); one for a family of models counts for that family, when
// `model` is of it. Nothing: no limit of a plan, or one of which it is not said how long it lasts.
[[nodiscard]] std::optional<PlanRest> ReadPlanRest(int status, const http::Headers& headers,
                                                   std::string_view model, WallTime now);

// Not thread-safe.
class PlanLimits {
 public:
  // `credential`: a hash of the login. A later word on the same models replaces an earlier one.
  void Note(const std::string& credential, const std::string& provider, const std::string& persona,
            PlanRest rest, WallTime now);
  // Until when the plan behind that login rests for `model`; nothing: it may be asked. Remembers
  // `persona` as one that waits for it.
  [[nodiscard]] std::optional<WallTime> RestsUntil(const std::string& credential,
                                                   const std::string& persona,
                                                   std::string_view model, WallTime now);

  struct Resting {
    std::string persona;
    std::string provider;
    PlanRest rest;
  };
  // Every persona whose plan rests, the one that rests for longest last.
  [[nodiscard]] std::vector<Resting> List(WallTime now) const;
  void Clear() { plans_.clear(); }

 private:
  struct Plan {
    std::string provider;
    std::set<std::string> personas;
    std::vector<PlanRest> rests;
  };

  static constexpr size_t kMost = 1000;

  void Forget(WallTime now);

  std::unordered_map<std::string, Plan> plans_;  // by credential
};

}  // namespace katra::router::gateway
