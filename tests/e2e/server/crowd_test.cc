// Sixteen real processes in one room, each saying 500 messages while it hears the others'.
#include <chrono>
#include <iostream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/crowd.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

TEST_CASE("sixteen processes hear each other's every word, once, in one order") {
  const TempHome home;
  CrowdOptions options;
  options.home = home.path();
  if (kSanitized) options.messages_each = 50;
  const CrowdResult result = RunCrowd(options);
  for (const std::string& problem : result.problems) FAIL_CHECK(problem);
  const auto each = static_cast<size_t>(options.messages_each);
  CHECK(result.heard == 16 * 15 * each);
  REQUIRE(result.says.size() == 16 * each);
  const auto at = [&](size_t per_mille) {
    const auto say = result.says[(result.says.size() - 1) * per_mille / 1000];
    return std::chrono::duration<double, std::milli>(say).count();
  };
  std::cout << "16 processes x " << each << " messages in " << result.elapsed.count()
            << " ms; say p50 " << at(500) << " ms, p99 " << at(990) << " ms, worst " << at(1000)
            << " ms\n";
  CHECK(result.says.back() < std::chrono::seconds(10));
  CHECK(IntegrityProblems(home.database()).empty());
}

}  // namespace
}  // namespace katra::testing
