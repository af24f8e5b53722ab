// Circuit breakers by key: after several failures in a row a key is blocked for a while, then one
// trial is allowed. Bounded; no clock of its own.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.h"

namespace katra::router::policy {

// Not thread-safe.
class Circuits {
 public:
  struct Options {
    int failures = 5;  // failures in a row until it opens
    std::chrono::milliseconds open_for{10'000};
    // Limit; the time doubles with each failed trial.
    std::chrono::milliseconds open_at_most{120'000};
    std::chrono::milliseconds keep_for{600'000};  // forgotten this long after the last failure
    size_t most = 4096;  // most keys; the one that failed longest ago is dropped
  };

  explicit Circuits(Options options) : options_(options) {}

  // Whether `key` may be used now. When the blocking time has passed, one caller is admitted as a
  // trial, and the others wait for its result.
  [[nodiscard]] bool Admits(const std::string& key, SteadyTime now);
  // The time until the next trial; nullopt if the circuit is closed.
  [[nodiscard]] std::optional<std::chrono::milliseconds> OpenFor(const std::string& key,
                                                                 SteadyTime now) const;
  // Calls `open` with each key whose circuit is open, and the time until its next trial.
  void ForEachOpen(
      SteadyTime now,
      const std::function<void(const std::string& key, std::chrono::milliseconds)>& open) const;
  void Succeeded(const std::string& key);
  void Failed(const std::string& key, SteadyTime now);
  // The trial ended without a verdict on the provider (e.g. the client left).
  void Undecided(const std::string& key);

  [[nodiscard]] size_t size() const { return index_.size(); }

 private:
  struct State {
    std::string key;
    SteadyTime failed_at;
    int failures = 0;
    std::optional<SteadyTime> open_until;
    std::chrono::milliseconds span{0};
    bool trial = false;
  };

  using States = std::list<State>;

  [[nodiscard]] State* Find(const std::string& key) const;
  void Forget(SteadyTime now);

  Options options_;
  States states_;  // most recent failure first
  std::unordered_map<std::string, States::iterator> index_;
};

}  // namespace katra::router::policy
