// Requests and tokens per second, minute, hour or day and model, kept here so that the provider
// need not refuse. Only in memory: a gateway that starts anew has used nothing.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace katra::router::routing::cost {

enum class RateUnit : uint8_t { kSecond, kMinute, kHour, kDay };

// "second", "minute", "hour", "day".
[[nodiscard]] const char* ToString(RateUnit unit);
[[nodiscard]] std::optional<RateUnit> ParseRateUnit(std::string_view name);

struct RateLimit {
  std::string provider;
  std::string model;  // empty: all models of the provider together
  RateUnit unit = RateUnit::kMinute;
  int64_t requests = 0;  // 0: without limit
  int64_t tokens = 0;    // likewise; prompt and answer together
};

// Sums over the last unit of time, exact to a sixtieth of it and never too low: in any span of that
// length at most the limit is admitted. Not thread-safe.
class RateLimits {
 public:
  explicit RateLimits(std::vector<RateLimit> limits);

  struct Wait {
    std::chrono::milliseconds until_room{0};  // at least 1
    size_t limit = 0;                         // which one
    // For people: "openai/gpt-5 is limited to 500 requests a minute; room again in 12 s".
    std::string text;
  };
  // nullopt: a request of about `tokens` may be made now. Otherwise the longest wait of the limits
  // that apply. A request that is larger than a limit of tokens may be made when nothing else is in
  // its span.
  [[nodiscard]] std::optional<Wait> Ask(std::string_view provider, std::string_view model,
                                        int64_t tokens, SteadyTime now) const;

  // A request was sent.
  void Begin(std::string_view provider, std::string_view model, int64_t tokens, SteadyTime now);
  // Its tokens are known now: `actual` instead of the `estimated` of Begin, at `begun`.
  void Correct(std::string_view provider, std::string_view model, int64_t estimated, int64_t actual,
               SteadyTime begun, SteadyTime now);

  [[nodiscard]] const std::vector<RateLimit>& limits() const { return limits_; }

 private:
  static constexpr int64_t kSlots = 60;

  // Counts by slot of time. A slot leaves the sum when all of it is older than the unit.
  struct Slot {
    int64_t number = -1;  // of the slot since the clock's beginning; others hold nothing
    int64_t requests = 0;
    int64_t tokens = 0;
  };
  struct Meter {
    std::array<Slot, kSlots + 1> slots;
  };

  [[nodiscard]] static bool Applies(const RateLimit& limit, std::string_view provider,
                                    std::string_view model);
  [[nodiscard]] static std::chrono::nanoseconds SlotLength(RateUnit unit);
  [[nodiscard]] std::optional<std::chrono::milliseconds> WaitFor(size_t limit, int64_t tokens,
                                                                 SteadyTime now) const;
  void Add(size_t limit, int64_t requests, int64_t tokens, SteadyTime at);

  std::vector<RateLimit> limits_;
  std::vector<Meter> meters_;  // by limit
};

}  // namespace katra::router::routing::cost
