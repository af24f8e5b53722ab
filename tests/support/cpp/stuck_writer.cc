#include "tests/support/cpp/stuck_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

namespace katra::testing {

StuckWriter::StuckWriter(const std::string& home)
    : descriptor_(open((home + "/katra.lock").c_str(), O_RDWR | O_CLOEXEC)) {
  if (descriptor_ < 0 || flock(descriptor_, LOCK_EX) != 0) {
    throw std::runtime_error("cannot hold the write lock of " + home);
  }
}

StuckWriter::~StuckWriter() { close(descriptor_); }

}  // namespace katra::testing
