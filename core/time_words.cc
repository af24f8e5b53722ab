#include "core/time_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <string>
#include <vector>

#include "core/text.h"

namespace katra {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A calendar of one time zone. Out-of-range months and days carry over, as in mktime(3).
class Calendar {
 public:
  explicit Calendar(DayZone zone) : zone_(zone) {}

  [[nodiscard]] std::tm Fields(WallTime time) const {
    const auto whole = std::chrono::floor<seconds>(time);
    const std::time_t epoch = std::chrono::system_clock::to_time_t(whole);
    std::tm fields{};
    if (zone_ == DayZone::kUtc) {
      gmtime_r(&epoch, &fields);
    } else {
      localtime_r(&epoch, &fields);
    }
    return fields;
  }

  [[nodiscard]] WallTime Time(std::tm fields) const {
    fields.tm_isdst = -1;
    const std::time_t epoch = zone_ == DayZone::kUtc ? timegm(&fields) : std::mktime(&fields);
    return FromUnixMillis(static_cast<int64_t>(epoch) * 1000);
  }

  // Midnight of the day that many days after the day of `time`.
  [[nodiscard]] std::tm Day(WallTime time, int days) const {
    std::tm fields = Fields(time);
    fields.tm_hour = fields.tm_min = fields.tm_sec = 0;
    fields.tm_mday += days;
    return fields;
  }

 private:
  DayZone zone_;
};

std::vector<std::string> WordsOf(std::string_view text) {
  std::string plain = ToLowerAscii(text);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '\t' || c == '\n' || c == '_'; }, ' ');
  std::vector<std::string> words = Split(plain, ' ');
  std::erase(words, "");
  return words;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// --- RFC 3339 and dates ---

bool BeginsWithDate(std::string_view text) {
  return text.size() >= 10 && std::all_of(text.begin(), text.begin() + 4, IsDigit) &&
         text[4] == '-';
}

// Whether `text`, which ParseTime accepts, states its time zone.
bool HasZone(std::string_view text) {
  return text.find_first_of("zZ+") != std::string_view::npos ||
         text.find('-', 10) != std::string_view::npos;
}

std::optional<WallTime> ReadDate(std::string_view text, const Calendar& calendar) {
  if (!BeginsWithDate(text)) return std::nullopt;
  const Result<WallTime> time = ParseTime(text, WallTime());
  if (!time) return std::nullopt;
  if (HasZone(text)) return *time;
  const auto whole = std::chrono::floor<seconds>(*time);
  return calendar.Time(Calendar(DayZone::kUtc).Fields(*time)) + (*time - whole);
}

// --- Days and times of day ---

// "14:30" or "14:30:05".
bool ReadTimeOfDay(std::string_view word, std::tm* fields) {
  std::array<int, 3> numbers{};
  size_t count = 0;
  for (const std::string& part : Split(word, ':')) {
    if (count == numbers.size() || part.empty() || part.size() > 2 ||
        !std::all_of(part.begin(), part.end(), IsDigit)) {
      return false;
    }
    std::from_chars(part.data(), part.data() + part.size(), numbers[count++]);
  }
  if (count < 2 || numbers[0] > 23 || numbers[1] > 59 || numbers[2] > 59) return false;
  fields->tm_hour = numbers[0];
  fields->tm_min = numbers[1];
  fields->tm_sec = numbers[2];
  return true;
}

// 0 is Sunday.
std::optional<int> ReadWeekday(std::string_view word) {
  constexpr std::array<std::string_view, 7> kDays = {"sunday",   "monday", "tuesday", "wednesday",
                                                     "thursday", "friday", "saturday"};
  constexpr size_t kShortest = 3;
  for (size_t day = 0; day < kDays.size(); ++day) {
    if (word.size() >= kShortest && kDays[day].starts_with(word)) return static_cast<int>(day);
  }
  return std::nullopt;
}

// Parses a day at the beginning of the words, and removes its words.
std::optional<std::tm> ReadDay(std::vector<std::string>* words, WallTime now,
                               const Calendar& calendar) {
  if (words->empty()) return std::nullopt;
  const bool last = words->front() == "last" && words->size() > 1;
  const std::string& word = words->at(last ? 1 : 0);
  std::optional<std::tm> day;
  if (const auto weekday = ReadWeekday(word)) {
    const int today = calendar.Fields(now).tm_wday;
    int back = (today - *weekday + 7) % 7;
    if (last && back == 0) back = 7;
    day = calendar.Day(now, -back);
  } else if (!last && word == "today") {
    day = calendar.Day(now, 0);
  } else if (!last && word == "yesterday") {
    day = calendar.Day(now, -1);
  } else if (!last && word == "tomorrow") {
    day = calendar.Day(now, 1);
  }
  if (day) words->erase(words->begin(), words->begin() + (last ? 2 : 1));
  return day;
}

std::optional<WallTime> ReadDayAndTime(std::vector<std::string> words, WallTime now,
                                       const Calendar& calendar) {
  if (!words.empty() && words.front() == "on") words.erase(words.begin());
  std::tm fields = calendar.Day(now, 0);
  const auto day = ReadDay(&words, now, calendar);
  if (day) fields = *day;
  if (!words.empty() && words.front() == "at") words.erase(words.begin());
  if (words.empty()) return day ? std::optional(calendar.Time(fields)) : std::nullopt;
  if (words.size() != 1 || !ReadTimeOfDay(words.front(), &fields)) return std::nullopt;
  return calendar.Time(fields);
}

// "this week", "last month", "next year".
std::optional<WallTime> ReadPeriod(const std::vector<std::string>& words, WallTime now,
                                   const Calendar& calendar) {
  if (words.size() != 2) return std::nullopt;
  if (words[0] != "this" && words[0] != "last" && words[0] != "next") return std::nullopt;
  const int back = words[0] == "last" ? 1 : words[0] == "next" ? -1 : 0;
  std::tm fields = calendar.Day(now, 0);
  if (words[1] == "week") {
    fields.tm_mday -= (fields.tm_wday + 6) % 7 + 7 * back;
  } else if (words[1] == "month") {
    fields.tm_mday = 1;
    fields.tm_mon -= back;
  } else if (words[1] == "year") {
    fields.tm_mday = 1;
    fields.tm_mon = 0;
    fields.tm_year -= back;
  } else {
    return std::nullopt;
  }
  return calendar.Time(fields);
}

// --- Spans ---

std::optional<milliseconds> UnitOf(std::string_view word) {
  struct Unit {
    std::string_view name;
    std::string_view others;  // each surrounded by blanks
    milliseconds length;
  };
  constexpr std::array<Unit, 7> kUnits = {{{"second", " s sec secs ", seconds(1)},
                                           {"minute", " m min mins ", minutes(1)},
                                           {"hour", " h hr hrs ", hours(1)},
                                           {"day", " d ", hours(24)},
                                           {"week", " w wk wks ", hours(24 * 7)},
                                           {"month", " mo mon mos ", hours(24 * 30)},
                                           {"year", " y yr yrs ", hours(24 * 365)}}};
  for (const Unit& unit : kUnits) {
    const std::string plural = std::string(unit.name) + "s";
    if (word == unit.name || word == plural ||
        unit.others.find(" " + std::string(word) + " ") != std::string_view::npos) {
      return unit.length;
    }
  }
  return std::nullopt;
}

// "2h", "90 min", "1h30m", "3 days", "an hour".
std::optional<milliseconds> ReadSpan(std::vector<std::string> words) {
  if (!words.empty() && (words.front() == "a" || words.front() == "an")) words.front() = "1";
  const std::string text = Join(words, "");
  constexpr int64_t kMost = 1'000'000;  // units: far above any use, far below overflow
  milliseconds span{0};
  size_t at = 0;
  while (at < text.size()) {
    int64_t count = 0;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error != std::errc() || !IsDigit(text[at]) || count > kMost) return std::nullopt;
    const auto begin = static_cast<size_t>(stop - text.data());
    size_t end = begin;
    while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
    const auto unit = UnitOf(std::string_view(text).substr(begin, end - begin));
    if (!unit) return std::nullopt;
    span += count * *unit;
    at = end;
  }
  return text.empty() ? std::nullopt : std::optional(span);
}

void DropFirst(std::string_view word, std::vector<std::string>* words) {
  if (words->size() > 1 && words->front() == word) words->erase(words->begin());
}

// "3 days ago", "last 24 hours", "an hour ago", or a span alone.
std::optional<milliseconds> ReadPastSpan(std::vector<std::string> words) {
  for (const char* word : {"the", "last", "past"}) DropFirst(word, &words);
  if (words.size() > 1 && words.back() == "ago") words.pop_back();
  return ReadSpan(std::move(words));
}

// "in 3 days", "the next 24 hours", or a span alone.
std::optional<milliseconds> ReadSpanAhead(std::vector<std::string> words) {
  for (const char* word : {"in", "the", "next"}) DropFirst(word, &words);
  return ReadSpan(std::move(words));
}

// The next day of that name; "monday" on a Monday is a week ahead.
std::optional<WallTime> ReadWeekdayAhead(std::vector<std::string> words, WallTime now,
                                         const Calendar& calendar) {
  for (const char* word : {"on", "next"}) DropFirst(word, &words);
  if (words.empty()) return std::nullopt;
  const auto weekday = ReadWeekday(words.front());
  if (!weekday) return std::nullopt;
  const int ahead = (*weekday - calendar.Fields(now).tm_wday + 6) % 7 + 1;
  std::tm fields = calendar.Day(now, ahead);
  words.erase(words.begin());
  if (!words.empty() && words.front() == "at") words.erase(words.begin());
  if (words.empty()) return calendar.Time(fields);
  if (words.size() != 1 || !ReadTimeOfDay(words.front(), &fields)) return std::nullopt;
  return calendar.Time(fields);
}

std::optional<WallTime> ReadAhead(std::string_view text, WallTime now, DayZone zone) {
  const Calendar calendar(zone);
  if (const auto date = ReadDate(text, calendar)) return date;
  const std::vector<std::string> words = WordsOf(text);
  if (const auto day = ReadWeekdayAhead(words, now, calendar)) return day;
  if (const auto day = ReadDayAndTime(words, now, calendar)) return day;
  if (const auto period = ReadPeriod(words, now, calendar)) return period;
  if (const auto span = ReadSpanAhead(words)) return now + *span;
  return std::nullopt;
}

constexpr size_t kLongest = 64;

}  // namespace

Result<WallTime> ReadTime(std::string_view text, WallTime now, DayZone zone) {
  const Calendar calendar(zone);
  const std::string_view trimmed = Trim(text);
  if (trimmed.size() <= kLongest) {
    if (const auto date = ReadDate(trimmed, calendar)) return *date;
    const std::vector<std::string> words = WordsOf(trimmed);
    if (words.size() == 1 && words.front() == "now") return now;
    if (const auto day = ReadDayAndTime(words, now, calendar)) return *day;
    if (const auto period = ReadPeriod(words, now, calendar)) return *period;
    if (const auto span = ReadPastSpan(words)) return now - *span;
  }
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + OneLine(text, kLongest) +
                  "\" is not a time: use RFC 3339 (2026-11-21T12:00:00Z), a date (2026-11-21), "
                  "today, yesterday 14:30, monday, last week, or a span before now (15m, 2h, 7d)");
}

Result<WallTime> ReadFutureTime(std::string_view text, WallTime now, DayZone zone) {
  constexpr hours kFurthest{24 * 365 * 1000};
  const std::string_view trimmed = Trim(text);
  const std::optional<WallTime> time =
      trimmed.size() <= kLongest ? ReadAhead(trimmed, now, zone) : std::nullopt;
  if (!time) {
    return Fail(
        ErrorCode::kInvalidArgument,
        "\"" + OneLine(text, kLongest) +
            "\" is not a time to come: use RFC 3339 (2026-12-24T12:00:00Z), a date "
            "(2026-12-24), tomorrow 9:00, monday, next month, or a span from now (12h, 30d)");
  }
  if (*time > now && *time - now < kFurthest) return *time;
  return Fail(
      ErrorCode::kInvalidArgument,
      "\"" + OneLine(text, kLongest) +
          (*time > now ? "\" is more than a thousand years ahead"
                       : "\" has passed: give a time in the future, such as 30d or a date"));
}

Status CheckSpan(std::optional<WallTime> since, std::optional<WallTime> until) {
  if (!since || !until || *since < *until) return {};
  return Fail(ErrorCode::kInvalidArgument, "since (" + FormatRfc3339(*since) +
                                               ") is not before until (" + FormatRfc3339(*until) +
                                               "): the range is empty; are they swapped?");
}

}  // namespace katra
