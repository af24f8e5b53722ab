// Processes that a record can be of: one that runs until it is told to end, and one that has ended.
// Knows no record.
#pragma once

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/process.h"
#include "tests/support/cpp/child_process.h"

namespace katra::cli::testing {

// Ends with the object. It has printed a line before the constructor returns, so that what the
// script does first (a trap) is done.
class Child {
 public:
  explicit Child(const std::string& before = "")
      : child_(katra::testing::ChildProcess::Start(
            {.program = "/bin/sh",
             .arguments = {"-c", before + " echo ready; while read line; do :; done"},
             .environment = {},
             .unset = {},
             .working_folder = {},
             .user = {}})) {
    if (!child_->ReadLine(kPatience)) throw std::runtime_error("the child did not begin");
    identity_ = ProcessById(child_->pid());
  }

  [[nodiscard]] const ProcessIdentity& identity() const { return identity_; }
  // Waits for its end, which someone else has asked for; false: it still runs.
  bool Ended() { return child_->WaitExit(kPatience).has_value(); }
  void Kill() {
    child_->Signal(SIGKILL);
    Ended();
  }

 private:
  static constexpr std::chrono::seconds kPatience{20};

  std::unique_ptr<katra::testing::ChildProcess> child_;
  ProcessIdentity identity_;
};

inline ProcessIdentity EndedProcess() {
  Child child;
  child.Kill();
  return child.identity();
}

}  // namespace katra::cli::testing
