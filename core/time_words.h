// Parses times as people and models write them, for tools, commands and resources alike.
// docs/commands.md lists the forms. Knows nothing of Katra's domain.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"

namespace katra {

// The time zone in which days begin: at a terminal the machine's ($TZ, else the system's), for
// tools UTC.
enum class DayZone { kUtc, kLocal };

// Parses, ignoring case and extra blanks:
//  - RFC 3339 with an offset; without one the time is in `zone`
//  - 2026-11-21, today, yesterday, tomorrow, or a weekday (the latest one, today included; "last
//    monday": before today), optionally with a time of day (yesterday 14:30), otherwise at the
//    beginning of the day. A time of day alone is today's
//  - this or last week (from Monday), month, year: its beginning
//  - durations before `now`: 2h, 90 min, 3 days, 1h30m, last 24 hours, an hour ago; a month has 30
//    days, a year 365
//  - now
// The message of kInvalidArgument lists the forms.
[[nodiscard]] Result<WallTime> ReadTime(std::string_view text, WallTime now, DayZone zone);

// The same forms for a time to come: durations count from `now` (30d, in 2 weeks), a weekday is the
// next one, and next week, month or year is its beginning. kInvalidArgument: no such form, or the
// time is not after `now`, or more than a thousand years.
[[nodiscard]] Result<WallTime> ReadFutureTime(std::string_view text, WallTime now, DayZone zone);

// kInvalidArgument: `since` is not before `until`, so the range would be empty.
[[nodiscard]] Status CheckSpan(std::optional<WallTime> since, std::optional<WallTime> until);

}  // namespace katra
