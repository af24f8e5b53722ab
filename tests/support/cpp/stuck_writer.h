// Holds a home's write lock, as a process that is stuck in the middle of a write would.
#pragma once

#include <string>

namespace katra::testing {

class StuckWriter {
 public:
  // The home must have been used. Waits for its turn; throws std::runtime_error.
  explicit StuckWriter(const std::string& home);
  ~StuckWriter();  // lets the others write
  StuckWriter(const StuckWriter&) = delete;
  StuckWriter& operator=(const StuckWriter&) = delete;

 private:
  int descriptor_;
};

}  // namespace katra::testing
