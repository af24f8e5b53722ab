// Golden files under tests/golden: what a text must be, exactly. KATRA_TEST_ACCEPT=1 rewrites them.
// The test target defines KATRA_GOLDEN_DIR. Knows nothing of what the texts mean.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/cpp/catch.h"

namespace katra::testing {

inline std::string ReadWholeFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// `name` is relative to tests/golden. The file ends with a newline that `actual` does not have.
inline void CheckGolden(const std::string& name, const std::string& actual) {
  const std::filesystem::path path = std::filesystem::path(KATRA_GOLDEN_DIR) / name;
  const char* const accept = std::getenv("KATRA_TEST_ACCEPT");
  if (accept != nullptr && std::string(accept) == "1") {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual << "\n";
  }
  INFO("golden file " << path << " (KATRA_TEST_ACCEPT=1 rewrites it)");
  REQUIRE(std::filesystem::exists(path));
  CHECK(actual + "\n" == ReadWholeFile(path));
}

}  // namespace katra::testing
