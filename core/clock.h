// Time behind an interface, so that tests move it by hand and never sleep.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra {

// Wall-clock time, milliseconds since the Unix epoch, UTC.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
// Monotonic time, for deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual WallTime Now() const = 0;
  [[nodiscard]] virtual SteadyTime Steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime Now() const override;
  [[nodiscard]] SteadyTime Steady() const override;
};

[[nodiscard]] inline WallTime FromUnixMillis(int64_t millis) {
  return WallTime(std::chrono::milliseconds(millis));
}
[[nodiscard]] inline int64_t ToUnixMillis(WallTime time) { return time.time_since_epoch().count(); }

// "2026-11-21T12:03:05.123Z" (RFC 3339, always UTC, always milliseconds).
[[nodiscard]] std::string FormatRfc3339(WallTime time);
// "12:03:05Z", for texts where the day is clear.
[[nodiscard]] std::string FormatTimeOfDay(WallTime time);
// "2026-11-21".
[[nodiscard]] std::string FormatDate(WallTime time);
// "just now", "5 min ago", "3 h ago", "12 days ago".
[[nodiscard]] std::string FormatAge(WallTime then, WallTime now);

// Accepts an RFC 3339 time with any offset and fraction, a date ("2026-11-21": midnight UTC), or a
// span before `now` ("15m", "2h", "7d", "3w"). kInvalidArgument names the accepted forms.
[[nodiscard]] Result<WallTime> ParseTime(std::string_view text, WallTime now);

}  // namespace katra
