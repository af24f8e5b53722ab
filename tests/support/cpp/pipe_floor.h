// The bare floor of a call: a process that answers each line with a line, and does nothing else.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tests/support/cpp/child_process.h"

namespace katra::testing {

class PipeFloor {
 public:
  PipeFloor();

  // Sends `line` to the other process, and waits until it came back.
  std::chrono::nanoseconds RoundTrip(const std::string& line);

 private:
  std::unique_ptr<ChildProcess> echo_;
};

}  // namespace katra::testing
