#include "router/policy/retry_state.h"

#include <algorithm>
#include <map>

namespace katra::router::policy {

namespace {

// Whether the key's account was refused rather than the request.
bool IsOfKey(translate::Failure failure) {
  return failure == translate::Failure::kAuthentication ||
         failure == translate::Failure::kPermission || failure == translate::Failure::kQuota ||
         failure == translate::Failure::kBilling;
}

}  // namespace

bool RetryState::HasOtherKey() const {
  return std::any_of(candidates_.begin(), candidates_.end(), [this](const Candidate& other) {
    return &other != current_ && other.provider == current_->provider &&
           other.model == current_->model && other.credential != current_->credential &&
           unfit_.count(&other) == 0;
  });
}

std::optional<std::string> RetryState::Barred(const Candidate& candidate, SteadyTime now) {
  std::string provider = KeyOf(candidate);
  if (!circuits_.Admits(provider, now)) return provider;
  std::string credential = CredentialKeyOf(candidate);
  if (circuits_.Admits(credential, now)) return std::nullopt;
  circuits_.Undecided(provider);
  return credential;
}

std::optional<RetryState::Choice> RetryState::Next(SteadyTime now) {
  if (final_) return std::nullopt;
  auto next = NextAdmitted(now);
  if (!next) next = NextBarred(now);
  if (!next) return std::nullopt;
  current_ = next->candidate;
  asked_.insert(current_);
  barred_.erase(current_);
  ++tried_;
  return next;
}

std::optional<RetryState::Choice> RetryState::NextAdmitted(SteadyTime now) {
  while (true) {
    if (position_ == candidates_.size()) {
      // No candidate of this round could be asked, so another round would be the same.
      if (tried_ == 0) break;
      position_ = 0;
      ++round_;
    }
    if (round_ >= options_.rounds) break;
    if (now - begun_ > options_.budget) break;
    const Candidate& candidate = candidates_[position_];
    ++position_;
    if (exhausted_.count(candidate.provider->name) != 0 || unfit_.count(&candidate) != 0) continue;
    if (IsForbidden(candidate)) continue;
    if (const auto barred = Barred(candidate, now)) {
      NoteBarred(candidate, *barred, now);
      continue;
    }
    std::chrono::milliseconds delay{0};
    if (round_ > 0) {
      delay = std::max(Backoff(), wanted_);
      if (wanted_ > options_.longest_delay) {  // E14
        Release(candidate);
        break;
      }
    }
    return Choice{&candidate, delay};
  }
  round_ = options_.rounds;
  return std::nullopt;
}

bool RetryState::IsForbidden(const Candidate& candidate) {
  if (!forbids_) return false;
  auto why = forbids_(candidate);
  if (!why) return false;
  if (passed_over_.find(why->message) == std::string::npos) {
    passed_over_ += (passed_over_.empty() ? "" : "; ") + why->message;
  }
  // The error of a real attempt is more informative; of several waits the shortest is.
  if (has_error_ && error_.failure != translate::Failure::kNoKey) return true;
  const bool shorter = error_.failure != why->failure || !error_.retry_after ||
                       (why->retry_after && *why->retry_after < *error_.retry_after);
  if (shorter) error_ = std::move(*why);
  return true;
}

void RetryState::NoteBarred(const Candidate& candidate, const std::string& circuit,
                            SteadyTime now) {
  if (asked_.count(&candidate) == 0) barred_.insert(&candidate);
  if (has_error_ && error_.failure != translate::Failure::kNoKey) return;
  has_error_ = false;  // the error of a real attempt is more informative
  error_ = translate::NoAnswer(candidate.provider->name +
                               " failed several times in a row and is paused for a moment");
  error_.failure = translate::Failure::kOverloaded;
  error_.status = 529;
  error_.type = "overloaded_error";
  error_.retry_after = circuits_.OpenFor(circuit, now);
}

std::optional<RetryState::Choice> RetryState::NextBarred(SteadyTime now) {
  if (!options_.last_resort || now - begun_ > options_.budget) return std::nullopt;
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates_) {  // in order; of equals the first
    if (barred_.count(&candidate) == 0 || unfit_.count(&candidate) != 0) continue;
    if (exhausted_.count(candidate.provider->name) != 0 || IsForbidden(candidate)) continue;
    if (best == nullptr || Badness(candidate, now) < Badness(*best, now)) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  return Choice{best, std::chrono::milliseconds(0), true};
}

std::pair<bool, std::chrono::milliseconds> RetryState::Badness(const Candidate& candidate,
                                                               SteadyTime now) const {
  constexpr std::chrono::milliseconds kNone{0};
  const auto provider = circuits_.OpenFor(KeyOf(candidate), now);
  const auto credential = circuits_.OpenFor(CredentialKeyOf(candidate), now);
  return {provider.has_value(), std::max(provider.value_or(kNone), credential.value_or(kNone))};
}

std::chrono::milliseconds RetryState::Backoff() {
  const auto full =
      std::min(options_.base_delay * (1 << std::min(round_, 6)), options_.longest_delay);
  const auto half = full / 2;
  if (half.count() <= 0) return full;
  return half + std::chrono::milliseconds(
                    static_cast<int64_t>(random_.Next() % static_cast<uint64_t>(half.count())));
}

void RetryState::Failed(const translate::ApiError& error, SteadyTime now) {
  error_ = has_error_ ? translate::MoreTelling(error_, error) : error;
  has_error_ = true;
  if (IsOfKey(error.failure) && HasOtherKey()) {
    unfit_.insert(current_);
    Release(*current_);
    return;
  }
  if (error.failure == translate::Failure::kQuota) {
    exhausted_.insert(current_->provider->name);
    Release(*current_);
    return;
  }
  // It was not asked: there is no key, or Katra knows that it could not serve this request (E5).
  // Another candidate may.
  if (error.failure == translate::Failure::kNoKey ||
      error.failure == translate::Failure::kCapability) {
    unfit_.insert(current_);
    Release(*current_);
    return;
  }
  if (!error.retryable) {
    Release(*current_);  // the request is at fault, not the provider (E10)
    final_ = true;
    return;
  }
  if (error.unreachable) {
    circuits_.Failed(KeyOf(*current_), now);
    circuits_.Undecided(CredentialKeyOf(*current_));
  } else {
    circuits_.Succeeded(KeyOf(*current_));  // the provider was reachable
    circuits_.Failed(CredentialKeyOf(*current_), now);
  }
  if (error.retry_after) wanted_ = std::max(wanted_, *error.retry_after);
}

void RetryState::Succeeded() {
  circuits_.Succeeded(KeyOf(*current_));
  circuits_.Succeeded(CredentialKeyOf(*current_));
}

void RetryState::Undecided() {
  if (current_ != nullptr) Release(*current_);
}

void RetryState::Release(const Candidate& candidate) {
  circuits_.Undecided(KeyOf(candidate));
  circuits_.Undecided(CredentialKeyOf(candidate));
}

std::vector<OpenCircuit> OpenCircuits(const Circuits& circuits, SteadyTime now) {
  std::map<std::string, OpenCircuit> found;
  circuits.ForEachOpen(now, [&](const std::string& key, std::chrono::milliseconds next_trial) {
    const size_t end = key.find('\n');  // the rest identifies a credential
    const std::string name = key.substr(0, end);
    const size_t slash = std::min(name.find('/'), name.size());
    const auto [at, fresh] = found.try_emplace(name);
    OpenCircuit& circuit = at->second;
    if (fresh) {
      circuit.provider = name.substr(0, slash);
      circuit.model = name.substr(std::min(slash + 1, name.size()));
      circuit.next_trial = next_trial;
    }
    circuit.next_trial = std::min(circuit.next_trial, next_trial);
    if (end == std::string::npos) {
      circuit.unreachable = true;
    } else {
      ++circuit.credentials;
    }
  });
  std::vector<OpenCircuit> all;
  all.reserve(found.size());
  for (auto& [name, circuit] : found) all.push_back(std::move(circuit));
  return all;
}

}  // namespace katra::router::policy
