// Times and ages as people read and write them, and ids.
#include "core/clock.h"

#include "core/ids.h"
#include "tests/support/cpp/catch.h"

using katra::FormatAge;
using katra::FormatDate;
using katra::FormatRfc3339;
using katra::FormatTimeOfDay;
using katra::FromUnixMillis;
using katra::ParseTime;
using katra::WallTime;

namespace {

constexpr int64_t kNoon = 1'795'262'585'123;  // 2026-11-21T12:03:05.123Z

class Countdown final : public katra::Random {
 public:
  uint64_t Next() override { return --next_; }

 private:
  uint64_t next_ = 0;
};

}  // namespace

TEST_CASE("times are written in UTC with milliseconds") {
  CHECK(FormatRfc3339(FromUnixMillis(kNoon)) == "2026-11-21T12:03:05.123Z");
  CHECK(FormatTimeOfDay(FromUnixMillis(kNoon)) == "12:03:05Z");
  CHECK(FormatDate(FromUnixMillis(kNoon)) == "2026-11-21");
  CHECK(FormatRfc3339(FromUnixMillis(0)) == "1970-01-01T00:00:00.000Z");
  CHECK(FormatRfc3339(FromUnixMillis(-1)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("what is written can be read again") {
  const WallTime time = FromUnixMillis(kNoon);
  CHECK(*ParseTime(FormatRfc3339(time), WallTime()) == time);
}

TEST_CASE("times are read with offsets, without seconds, and as dates") {
  const auto text = [](const char* form) {
    const auto time = ParseTime(form, WallTime());
    return time ? FormatRfc3339(*time) : "error";
  };
  CHECK(text("2026-11-21T12:03:05+02:00") == "2026-11-21T10:03:05.000Z");
  CHECK(text("2026-11-21T00:30-01:00") == "2026-11-21T01:30:00.000Z");
  CHECK(text("2026-11-21 12:03:05.5Z") == "2026-11-21T12:03:05.500Z");
  CHECK(text("2026-11-21t12:03:05z") == "2026-11-21T12:03:05.000Z");
  CHECK(text("2024-02-29") == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("a span counts back from now") {
  const WallTime now = FromUnixMillis(kNoon);
  CHECK(*ParseTime("15m", now) == now - std::chrono::minutes(15));
  CHECK(*ParseTime("2h", now) == now - std::chrono::hours(2));
  CHECK(*ParseTime("3w", now) == now - std::chrono::hours(3 * 7 * 24));
}

TEST_CASE("what is no time is refused with the accepted forms") {
  const std::string text =
      GENERATE("", "yesterday", "2026-13-01", "2026-02-30", "2026-11-21T25:00:00Z", "15", "-3h",
               "99999999999999999999d", "2026-11-21T12:00:00Zjunk", "2026-11-21T12:00:00+99:00");
  const auto time = ParseTime(text, WallTime());
  REQUIRE(!time);
  CHECK(time.error().message.find("RFC 3339") != std::string::npos);
}

TEST_CASE("ages are told in the largest fitting unit") {
  const WallTime now = FromUnixMillis(kNoon);
  CHECK(FormatAge(now - std::chrono::seconds(59), now) == "just now");
  CHECK(FormatAge(now - std::chrono::minutes(59), now) == "59 min ago");
  CHECK(FormatAge(now - std::chrono::hours(47), now) == "47 h ago");
  CHECK(FormatAge(now - std::chrono::hours(72), now) == "3 days ago");
  CHECK(FormatAge(now + std::chrono::hours(1), now) == "just now");
}

TEST_CASE("a UUIDv7 begins with its time and marks version and variant") {
  Countdown random;
  const std::string id = katra::MakeUuidV7(FromUnixMillis(0x0123456789ab), random);
  CHECK(id == "01234567-89ab-7fff-bfff-fffffffffffe");
  CHECK(katra::MakeUuidV7(FromUnixMillis(1), random) <
        katra::MakeUuidV7(FromUnixMillis(2), random));
}
