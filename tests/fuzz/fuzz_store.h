// A small real store in a temporary home, for fuzzers that call into one. Made once a process.
#pragma once

#include <memory>

#include "core/clock.h"
#include "core/ids.h"
#include "store/store.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {

class FuzzStore {
 public:
  FuzzStore();

  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  // Of the persona Sam; Dario was here, too.
  [[nodiscard]] store::SessionId session() const { return session_; }

 private:
  int in_memory_;  // set up before the home is made
  TempHome home_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  store::SessionId session_ = 0;
};

}  // namespace katra::testing
