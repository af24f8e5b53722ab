// Remembers until when a subscription with an exhausted limit rests, as stated by its provider. Per
// login, only in memory, by a hash: one login's limit does not affect others.
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
  std::string models;  // substring of the names of the affected models; empty: all
};

// Parses a time within the next month: seconds since 1970, or RFC 3339. nullopt: it is not one.
[[nodiscard]] std::optional<WallTime> MomentToCome(std::string_view text, WallTime now);

// Reads a refusal of a Claude plan: a 429 with `anthropic-ratelimit-unified-…` headers that do not
// say that the plan still allows requests. Of several exhausted windows the last to reset counts,
// because all must have room. A window for a family of models only affects that family, if `model`
// belongs to it. nullopt: not a plan's limit, or its duration is not stated.
[[nodiscard]] std::optional<PlanRest> ReadPlanRest(int status, const http::Headers& headers,
                                                   std::string_view model, WallTime now);

// Not thread-safe.
class PlanLimits {
 public:
  // `credential`: a hash of the login. A later report for the same models replaces an earlier one.
  void Note(const std::string& credential, const std::string& provider, const std::string& persona,
            PlanRest rest, WallTime now);
  // Until when the login's plan rests for `model`; nullopt if it may be asked. Remembers `persona`
  // as waiting for it.
  [[nodiscard]] std::optional<WallTime> RestsUntil(const std::string& credential,
                                                   const std::string& persona,
                                                   std::string_view model, WallTime now);

  struct Resting {
    std::string persona;
    std::string provider;
    PlanRest rest;
  };
  // All personas whose plan rests, longest rest last.
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
