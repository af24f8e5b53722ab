// The other process is the `pipe_echo` of this build.
#include "tests/support/cpp/pipe_floor.h"

#include <stdexcept>

#include "tests/support/cpp/server_process.h"

namespace katra::testing {

PipeFloor::PipeFloor() {
  ChildOptions options;
  options.program = KATRA_PIPE_ECHO_PATH;
  echo_ = ChildProcess::Start(options);
}

std::chrono::nanoseconds PipeFloor::RoundTrip(const std::string& line) {
  const std::string bytes = line + "\n";
  const auto begin = std::chrono::steady_clock::now();
  echo_->Write(bytes, kPatience);
  if (!echo_->ReadLine(kPatience)) throw std::runtime_error("the echo process has gone");
  return std::chrono::steady_clock::now() - begin;
}

}  // namespace katra::testing
