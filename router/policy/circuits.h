// A circuit for each provider and model: after failures in a row it is not asked for a while, then
// once for a trial. No clock of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "core/clock.h"

namespace katra::policy {

// Not thread-safe.
class Circuits {
 public:
  struct Options {
    int failures = 5;  // in a row, until it opens
    std::chrono::milliseconds open_for{10'000};
    std::chrono::milliseconds open_at_most{120'000};  // it doubles with each failed trial
  };

  explicit Circuits(Options options) : options_(options) {}

  // Whether `key` may be asked now. When its time has come one caller is let through as a trial,
  // and the others wait for what that one says.
  [[nodiscard]] bool Admits(const std::string& key, SteadyTime now);
  // How long until the next trial; nothing when it is closed.
  [[nodiscard]] std::optional<std::chrono::milliseconds> OpenFor(const std::string& key,
                                                                 SteadyTime now) const;
  void Succeeded(const std::string& key);
  void Failed(const std::string& key, SteadyTime now);
  // The trial ended without a word on the provider (e.g. the client left).
  void Undecided(const std::string& key);

 private:
  struct State {
    int failures = 0;
    std::optional<SteadyTime> open_until;
    std::chrono::milliseconds span{0};
    bool trial = false;
  };

  Options options_;
  std::map<std::string, State> states_;
};

}  // namespace katra::policy
