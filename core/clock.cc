#include "core/clock.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

namespace katra {
namespace {

using std::chrono::days;
using std::chrono::duration_cast;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

template <typename... Args>
std::string Print(const char* format, Args... args) {
  char text[64];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

struct Civil {
  int year, month, day, hour, minute, second, millis;
};

Civil ToCivil(WallTime time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date{std::chrono::sys_days(day.time_since_epoch())};
  auto rest = time - day;
  const auto part = [&rest](auto unit) {
    const auto whole = duration_cast<decltype(unit)>(rest);
    rest -= whole;
    return static_cast<int>(whole.count());
  };
  Civil civil{};
  civil.year = static_cast<int>(date.year());
  civil.month = static_cast<int>(static_cast<unsigned>(date.month()));
  civil.day = static_cast<int>(static_cast<unsigned>(date.day()));
  civil.hour = part(hours{});
  civil.minute = part(minutes{});
  civil.second = part(seconds{});
  civil.millis = part(milliseconds{});
  return civil;
}

// Reads fixed-width digits and separators from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<int> Digits(size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  bool Take(std::string_view any_of) {
    if (text_.empty() || any_of.find(text_[0]) == std::string_view::npos) return false;
    taken_ = text_[0];
    text_.remove_prefix(1);
    return true;
  }
  // Digits after a decimal point, as milliseconds.
  int Fraction() {
    int millis = 0;
    int scale = 100;
    while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
      millis += (text_[0] - '0') * scale;
      scale /= 10;
      text_.remove_prefix(1);
    }
    return millis;
  }
  [[nodiscard]] char taken() const { return taken_; }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
  char taken_ = 0;
};

std::optional<WallTime> ParseDateTime(std::string_view text) {
  Scanner scan(text);
  const auto year = scan.Digits(4);
  if (!year || !scan.Take("-")) return std::nullopt;
  const auto month = scan.Digits(2);
  if (!month || !scan.Take("-")) return std::nullopt;
  const auto day = scan.Digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  WallTime time{std::chrono::sys_days(date)};
  if (scan.done()) return time;

  if (!scan.Take("Tt ")) return std::nullopt;
  const auto hour = scan.Digits(2);
  if (!hour || *hour > 23 || !scan.Take(":")) return std::nullopt;
  const auto minute = scan.Digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  time += hours(*hour) + minutes(*minute);
  if (scan.Take(":")) {
    const auto second = scan.Digits(2);
    if (!second || *second > 60) return std::nullopt;
    time += seconds(*second);
    if (scan.Take(".,")) time += milliseconds(scan.Fraction());
  }
  if (scan.done() || scan.Take("Zz")) return scan.done() ? std::optional(time) : std::nullopt;
  if (!scan.Take("+-")) return std::nullopt;
  const int sign = scan.taken() == '+' ? 1 : -1;
  const auto offset_hours = scan.Digits(2);
  if (!offset_hours || *offset_hours > 23) return std::nullopt;
  scan.Take(":");
  const auto offset_minutes = scan.Digits(2);
  if (!offset_minutes || *offset_minutes > 59 || !scan.done()) return std::nullopt;
  return time - sign * (hours(*offset_hours) + minutes(*offset_minutes));
}

std::optional<milliseconds> ParseSpan(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  constexpr int64_t kLongest = 1'000'000;  // units: far above any use, far below overflow
  if (error != std::errc() || count < 0 || count > kLongest) return std::nullopt;
  if (unit == "s") return seconds(count);
  if (unit == "m" || unit == "min") return minutes(count);
  if (unit == "h") return hours(count);
  if (unit == "d") return days(count);
  if (unit == "w") return days(7 * count);
  return std::nullopt;
}

}  // namespace

WallTime SystemClock::Now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::Steady() const { return std::chrono::steady_clock::now(); }

std::string FormatRfc3339(WallTime time) {
  const Civil c = ToCivil(time);
  return Print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day, c.hour, c.minute,
               c.second, c.millis);
}

std::string FormatTimeOfDay(WallTime time) {
  const Civil c = ToCivil(time);
  return Print("%02d:%02d:%02dZ", c.hour, c.minute, c.second);
}

std::string FormatDate(WallTime time) {
  const Civil c = ToCivil(time);
  return Print("%04d-%02d-%02d", c.year, c.month, c.day);
}

std::string FormatAge(WallTime then, WallTime now) {
  const auto age = std::max(now - then, milliseconds::zero());
  if (age < minutes(1)) return "just now";
  if (age < hours(1)) return Print("%d min ago", static_cast<int>(age / minutes(1)));
  if (age < days(2)) return Print("%d h ago", static_cast<int>(age / hours(1)));
  return Print("%d days ago", static_cast<int>(age / days(1)));
}

Result<WallTime> ParseTime(std::string_view text, WallTime now) {
  if (const auto span = ParseSpan(text)) return now - *span;
  if (const auto time = ParseDateTime(text)) return *time;
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(text.substr(0, 64)) +
                  "\" is not a time: use RFC 3339 (2026-11-21T12:00:00Z), a date (2026-11-21) or a "
                  "span before now (15m, 2h, 7d, 3w)");
}

}  // namespace katra
