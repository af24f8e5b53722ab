#include "router/policy/circuits.h"

#include <algorithm>

namespace katra::router::policy {

Circuits::State* Circuits::Find(const std::string& key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &*found->second;
}

bool Circuits::Admits(const std::string& key, SteadyTime now) {
  State* state = Find(key);
  if (state == nullptr || !state->open_until) return true;
  if (now < *state->open_until || state->trial) return false;
  state->trial = true;
  return true;
}

std::optional<std::chrono::milliseconds> Circuits::OpenFor(const std::string& key,
                                                           SteadyTime now) const {
  const State* state = Find(key);
  if (state == nullptr || !state->open_until) return std::nullopt;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*state->open_until - now);
  return std::max(left, std::chrono::milliseconds(0));
}

void Circuits::ForEachOpen(
    SteadyTime now,
    const std::function<void(const std::string& key, std::chrono::milliseconds)>& open) const {
  for (const State& state : states_) {
    if (const auto left = OpenFor(state.key, now)) open(state.key, *left);
  }
}

void Circuits::Succeeded(const std::string& key) {
  const auto found = index_.find(key);
  if (found == index_.end()) return;
  states_.erase(found->second);
  index_.erase(found);
}

// They are ordered by their last failure, so the ones to drop are at the end.
void Circuits::Forget(SteadyTime now) {
  const auto keep_for = std::max(options_.keep_for, 2 * options_.open_at_most);
  while (!states_.empty() && now - states_.back().failed_at > keep_for) {
    index_.erase(states_.back().key);
    states_.pop_back();
  }
}

void Circuits::Failed(const std::string& key, SteadyTime now) {
  Forget(now);
  const auto found = index_.find(key);
  if (found != index_.end()) {
    states_.splice(states_.begin(), states_, found->second);
  } else {
    if (states_.size() >= options_.most) {
      index_.erase(states_.back().key);
      states_.pop_back();
    }
    states_.emplace_front();
    states_.front().key = key;
    index_[key] = states_.begin();
  }
  State& state = states_.front();
  state.failed_at = now;
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
  if (State* state = Find(key)) state->trial = false;
}

}  // namespace katra::router::policy
