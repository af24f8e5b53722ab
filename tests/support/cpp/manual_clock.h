// A clock that stands still until a test moves it. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.h"

namespace katra::testing {

class ManualClock final : public Clock {
 public:
  // 2026-11-21T12:00:00Z.
  static constexpr int64_t kNoonMillis = 1'795'262'400'000;

  [[nodiscard]] WallTime Now() const override { return FromUnixMillis(millis_); }
  [[nodiscard]] SteadyTime Steady() const override {
    return SteadyTime(std::chrono::milliseconds(millis_ - kNoonMillis));
  }
  void Advance(std::chrono::milliseconds by) { millis_ += by.count(); }

 private:
  std::atomic<int64_t> millis_{kNoonMillis};
};

}  // namespace katra::testing
