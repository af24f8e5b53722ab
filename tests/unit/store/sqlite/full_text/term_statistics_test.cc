// How long a counted frequency is remembered.
#include <future>
#include <string>

#include "store/sqlite/full_text/term_statistics.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::sqlite::full_text {

TEST_CASE("a frequency is remembered while the table grows a little") {
  TermStatistics statistics;
  statistics.Put("lock", 1600, 7);
  CHECK(statistics.Find("lock", 1600) == 7);
  CHECK(statistics.Find("lock", 1700) == 7);
  CHECK_FALSE(statistics.Find("lock", 1701).has_value());
  CHECK_FALSE(statistics.Find("lock", 1599).has_value());
  CHECK_FALSE(statistics.Find("key", 1600).has_value());
}

TEST_CASE("the frequency used longest ago makes room") {
  TermStatistics statistics(2);
  statistics.Put("a", 100, 1);
  statistics.Put("b", 100, 2);
  CHECK(statistics.Find("a", 100) == 1);
  statistics.Put("c", 100, 3);
  CHECK_FALSE(statistics.Find("b", 100).has_value());
  CHECK(statistics.Find("a", 100) == 1);
  statistics.Put("a", 200, 9);
  CHECK(statistics.Find("a", 200) == 9);
}

TEST_CASE("frequencies are shared between threads") {
  TermStatistics statistics(16);
  const auto work = [&statistics] {
    for (int64_t i = 0; i < 2'000; ++i) {
      const std::string key = std::to_string(i % 40);
      if (const auto known = statistics.Find(key, 1'000)) {
        if (*known != i % 40) return false;
      }
      statistics.Put(key, 1'000, i % 40);
    }
    return true;
  };
  auto other = std::async(std::launch::async, work);
  CHECK(work());
  CHECK(other.get());
}

}  // namespace katra::store::sqlite::full_text
