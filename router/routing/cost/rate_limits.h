// Limits on requests and tokens per second, minute, hour or day and per model, enforced here before
// the provider would refuse. Kept only in memory: a restarted gateway begins with nothing used.
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

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// Sliding sums over the last unit of time, accurate to a sixtieth of it and never too low: no span
// of that length admits more than the limit. Not thread-safe.
class RateLimits {
 public:
  explicit RateLimits(std::vector<RateLimit> limits);

  struct Wait {
    std::chrono::milliseconds until_room{0};  // at least 1
    size_t limit = 0;                         // which one
    // For people: "openai/gpt-5 is limited to 500 requests a minute; room again in 12 s".
    std::string text;
  };
  // nullopt: a request of about `tokens` may be made now. Otherwise the longest wait among the
  // limits that apply. A request larger than a token limit may be made when nothing else is in its
  // span.
  [[nodiscard]] std::optional<Wait> Ask(std::string_view provider, std::string_view model,
                                        int64_t tokens, SteadyTime now) const;

  // Records that a request was sent.
  void Begin(std::string_view provider, std::string_view model, int64_t tokens, SteadyTime now);
  // Replaces the `estimated` tokens that Begin counted at `begun` by the `actual` ones.
  void Correct(std::string_view provider, std::string_view model, int64_t estimated, int64_t actual,
               SteadyTime begun, SteadyTime now);

  [[nodiscard]] const std::vector<RateLimit>& limits() const { return limits_; }

 private:
  static constexpr int64_t kSlots = 60;

  // Counts per time slot. A slot leaves the sum when all of it is older than the unit.
  struct Slot {
    int64_t number = -1;  // the slot's number since the clock's epoch; -1: empty
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
