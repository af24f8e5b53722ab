// A circuit for whatever a key stands for: after failures in a row it is not asked for a while,
// then once for a trial. Bounded; no clock of its own.
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
    int failures = 5;  // in a row, until it opens
    std::chrono::milliseconds open_for{10'000};
    std::chrono::milliseconds open_at_most{120'000};  // it doubles with each failed trial
    std::chrono::milliseconds keep_for{600'000};  // after the last failure; then all is forgotten
    size_t most = 4096;                           // keys; the one that failed longest ago goes
  };

  explicit Circuits(Options options) : options_(options) {}

  // Whether `key` may be asked now. When its time has come one caller is let through as a trial,
  // and the others wait for what that one says.
  [[nodiscard]] bool Admits(const std::string& key, SteadyTime now);
  // How long until the next trial; nothing when it is closed.
  [[nodiscard]] std::optional<std::chrono::milliseconds> OpenFor(const std::string& key,
                                                                 SteadyTime now) const;
  // Calls back with each key whose circuit is open, and how long until its next trial.
  void ForEachOpen(
      SteadyTime now,
      const std::function<void(const std::string& key, std::chrono::milliseconds)>& open) const;
  void Succeeded(const std::string& key);
  void Failed(const std::string& key, SteadyTime now);
  // The trial ended without a word on the provider (e.g. the client left).
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
  States states_;  // the last one that failed first
  std::unordered_map<std::string, States::iterator> index_;
};

}  // namespace katra::router::policy
