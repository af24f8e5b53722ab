// Many server processes in one room, all speaking while they hear: what the promise "everyone hears
// everything, once, in one order" is checked with, and the worst `say` measured by. Judges only
// that.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace katra::testing {

struct CrowdOptions {
  std::string home;
  int processes = 16;
  int messages_each = 500;
  std::string name_prefix = "Voice";
};

struct CrowdResult {
  std::vector<std::string> problems;            // empty: the promise held
  std::vector<std::chrono::microseconds> says;  // how long each took, ascending
  std::chrono::milliseconds elapsed{0};
  size_t heard = 0;  // messages, over all processes
};

// Ends when everybody has heard everything, or something went wrong.
[[nodiscard]] CrowdResult RunCrowd(const CrowdOptions& options);

}  // namespace katra::testing
