// Times as people and models write them. The one reader for tools, commands and resources;
// docs/commands.md lists the forms. Knows nothing of Katra's domain.
#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"

namespace katra {

// Whose midnight begins a day: a person at a terminal means that of the machine's zone ($TZ, else
// the system's), a tool says UTC.
enum class DayZone { kUtc, kLocal };

// Reads, in any case and with any blanks:
//  - RFC 3339 with an offset; without one the time is of `zone`
//  - 2026-11-21, today, yesterday, tomorrow, a weekday (the last one that was, today included;
//    "last monday": before today), each with a time of day behind it (yesterday 14:30) or not:
//    then its beginning. A time of day alone is today's
//  - this or last week (from Monday on), month, year: its beginning
//  - spans before `now`: 2h, 90 min, 3 days, 1h30m, last 24 hours, an hour ago; a month has 30
//    days, a year 365
//  - now
// kInvalidArgument names the forms.
[[nodiscard]] Result<WallTime> ReadTime(std::string_view text, WallTime now, DayZone zone);

// kInvalidArgument when `since` is not before `until`: nothing could lie between them.
[[nodiscard]] Status CheckSpan(std::optional<WallTime> since, std::optional<WallTime> until);

}  // namespace katra
