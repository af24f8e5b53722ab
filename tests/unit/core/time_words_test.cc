// Times as people write them.
#include "core/time_words.h"

#include <cstdlib>
#include <ctime>
#include <string>

#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

constexpr int64_t kNow = 1'795'262'585'000;  // Saturday 2026-11-21T12:03:05Z

// The zone of this process, for the time of a test.
class Zone {
 public:
  explicit Zone(const char* name) {
    const char* before = std::getenv("TZ");  // NOLINT(concurrency-mt-unsafe): a test's own process
    if (before != nullptr) before_ = before;
    setenv("TZ", name, 1);  // NOLINT(concurrency-mt-unsafe)
    tzset();
  }
  ~Zone() {
    if (before_.empty()) {
      unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
    } else {
      setenv("TZ", before_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    }
    tzset();
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

 private:
  std::string before_;
};

std::string Read(const std::string& text, DayZone zone = DayZone::kUtc,
                 WallTime now = FromUnixMillis(kNow)) {
  const auto time = ReadTime(text, now, zone);
  return time ? FormatRfc3339(*time).substr(0, 19) : "error";
}

}  // namespace

TEST_CASE("M9 days, weeks and spans are read as people write them") {
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"now", "2026-11-21T12:03:05"},
      {"today", "2026-11-21T00:00:00"},
      {" Yesterday ", "2026-11-20T00:00:00"},
      {"tomorrow", "2026-11-22T00:00:00"},
      {"yesterday 14:30", "2026-11-20T14:30:00"},
      {"yesterday at 9:05", "2026-11-20T09:05:00"},
      {"14:30", "2026-11-21T14:30:00"},
      {"saturday", "2026-11-21T00:00:00"},
      {"last saturday", "2026-11-14T00:00:00"},
      {"monday", "2026-11-16T00:00:00"},
      {"on Mon", "2026-11-16T00:00:00"},
      {"last monday 8:00", "2026-11-16T08:00:00"},
      {"this week", "2026-11-16T00:00:00"},
      {"last week", "2026-11-09T00:00:00"},
      {"last  month", "2026-10-01T00:00:00"},
      {"this month", "2026-11-01T00:00:00"},
      {"last year", "2025-01-01T00:00:00"},
      {"2h", "2026-11-21T10:03:05"},
      {"90 min", "2026-11-21T10:33:05"},
      {"1h30m", "2026-11-21T10:33:05"},
      {"3 days ago", "2026-11-18T12:03:05"},
      {"2 weeks", "2026-11-07T12:03:05"},
      {"last 24 hours", "2026-11-20T12:03:05"},
      {"the last 3 days", "2026-11-18T12:03:05"},
      {"an hour ago", "2026-11-21T11:03:05"},
      {"a week ago", "2026-11-14T12:03:05"},
      {"1 month", "2026-10-22T12:03:05"},
      {"2026-11-21", "2026-11-21T00:00:00"},
      {"2026-11-21T14:30", "2026-11-21T14:30:00"},
      {"2026-11-21 14:30:05", "2026-11-21T14:30:05"},
      {"2026-11-21T14:30:00+02:00", "2026-11-21T12:30:00"},
      {"2026-11-21t14:30:00.25z", "2026-11-21T14:30:00"},
      {"2026-11-21T14:30:00-0200", "2026-11-21T16:30:00"}};
  for (const auto& [form, time] : forms) {
    INFO(form);
    CHECK(Read(form) == time);
  }
}

TEST_CASE("M9 what is no time is refused with the accepted forms") {
  for (const std::string form :
       {"", " ", "soon", "2026-13-01", "2026-02-30", "25:00", "yesterday 25:00", "15", "-3h",
        "last", "ago", "week", "99999999999999999999d", "2026-11-21T12:00:00Zjunk", "1h30",
        "yesterday yesterday", "last week 14:30"}) {
    INFO(form);
    const auto time = ReadTime(form, FromUnixMillis(kNow), DayZone::kUtc);
    REQUIRE_FALSE(time);
    CHECK(time.error().message.find("yesterday") != std::string::npos);
  }
  CHECK(ReadTime(std::string(100'000, 'x'), FromUnixMillis(kNow), DayZone::kUtc)
            .error()
            .message.size() < 400);
}

TEST_CASE("M9 a person's day is that of the zone, also between midnight here and midnight UTC") {
  const Zone tokyo("JST-9");
  const WallTime early = FromUnixMillis(1'795'215'600'000);  // 2026-11-21 08:00 in Tokyo
  CHECK(Read("2026-11-21", DayZone::kLocal, early) == "2026-11-20T15:00:00");
  CHECK(Read("today", DayZone::kLocal, early) == "2026-11-20T15:00:00");
  CHECK(Read("yesterday", DayZone::kLocal, early) == "2026-11-19T15:00:00");
  CHECK(Read("this week", DayZone::kLocal, early) == "2026-11-15T15:00:00");
  CHECK(Read("2026-11-21T08:00", DayZone::kLocal, early) == "2026-11-20T23:00:00");
  CHECK(Read("2026-11-21T08:00Z", DayZone::kLocal, early) == "2026-11-21T08:00:00");
  CHECK(Read("today", DayZone::kUtc, early) == "2026-11-20T00:00:00");
}

TEST_CASE("M9 a day in which the clocks change begins at its midnight") {
  const Zone berlin("CET-1CEST,M3.5.0,M10.5.0/3");
  const WallTime after = FromUnixMillis(1'792'929'600'000);  // 2026-10-25T12:00Z, the day of change
  CHECK(Read("today", DayZone::kLocal, after) == "2026-10-24T22:00:00");
  CHECK(Read("yesterday", DayZone::kLocal, after) == "2026-10-23T22:00:00");
  CHECK(Read("tomorrow", DayZone::kLocal, after) == "2026-10-25T23:00:00");
}

TEST_CASE("a time to come is read in the same forms, counted from now") {
  const std::vector<std::pair<std::string, std::string>> forms = {
      {"30d", "2026-12-21T12:03:05"},
      {"in 2 weeks", "2026-12-05T12:03:05"},
      {"1h30m", "2026-11-21T13:33:05"},
      {"a month", "2026-12-21T12:03:05"},
      {"the next 3 days", "2026-11-24T12:03:05"},
      {"tomorrow", "2026-11-22T00:00:00"},
      {"tomorrow 9:00", "2026-11-22T09:00:00"},
      {"14:30", "2026-11-21T14:30:00"},
      {"monday", "2026-11-23T00:00:00"},
      {"on saturday at 8:00", "2026-11-28T08:00:00"},
      {"next friday", "2026-11-27T00:00:00"},
      {"next week", "2026-11-23T00:00:00"},
      {"next month", "2026-12-01T00:00:00"},
      {"next year", "2027-01-01T00:00:00"},
      {"2026-12-24", "2026-12-24T00:00:00"},
      {"2026-12-24T12:00:00+02:00", "2026-12-24T10:00:00"}};
  const WallTime now = FromUnixMillis(kNow);
  for (const auto& [form, time] : forms) {
    INFO(form);
    const auto read = ReadFutureTime(form, now, DayZone::kUtc);
    REQUIRE(read);
    CHECK(FormatRfc3339(*read).substr(0, 19) == time);
  }
  for (const std::string form : {"", "soon", "yesterday", "2026-11-20", "today", "12:00", "now",
                                 "3 days ago", "last week", "0d", "1000000 years", "-3d"}) {
    INFO(form);
    CHECK_FALSE(ReadFutureTime(form, now, DayZone::kUtc));
  }
}

TEST_CASE("M15 a span that ends before it begins is refused") {
  const WallTime now = FromUnixMillis(kNow);
  CHECK(CheckSpan(std::nullopt, now));
  CHECK(CheckSpan(now, std::nullopt));
  CHECK(CheckSpan(now - std::chrono::hours(1), now));
  CHECK_FALSE(CheckSpan(now, now - std::chrono::hours(1)));
  CHECK(CheckSpan(now, now).error().code == ErrorCode::kInvalidArgument);
}

}  // namespace katra
