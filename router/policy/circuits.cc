#include "router/policy/circuits.h"

#include <algorithm>

namespace katra::policy {

bool Circuits::Admits(const std::string& key, SteadyTime now) {
  const auto found = states_.find(key);
  if (found == states_.end() || !found->second.open_until) return true;
  State& state = found->second;
  if (now < *state.open_until || state.trial) return false;
  state.trial = true;
  return true;
}

std::optional<std::chrono::milliseconds> Circuits::OpenFor(const std::string& key,
                                                           SteadyTime now) const {
  const auto found = states_.find(key);
  if (found == states_.end() || !found->second.open_until) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*found->second.open_until - now);
  return std::max(left, std::chrono::milliseconds(0));
}

void Circuits::Succeeded(const std::string& key) { states_.erase(key); }

void Circuits::Failed(const std::string& key, SteadyTime now) {
  State& state = states_[key];
  ++state.failures;
  const bool trial_failed = state.trial;
  state.trial = false;
  if (trial_failed) {
    state.span = std::min(state.span * 2, options_.open_at_most);
  } else if (state.failures < options_.failures) {
    return;
  } else if (state.span.count() == 0) {
    state.span = options_.open_for;
  }
  state.open_until = now + state.span;
}

void Circuits::Undecided(const std::string& key) {
  if (const auto found = states_.find(key); found != states_.end()) found->second.trial = false;
}

}  // namespace katra::policy
