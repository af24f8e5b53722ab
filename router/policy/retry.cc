#include "router/policy/retry.h"

#include <algorithm>

namespace katra::policy {

std::optional<std::string> Attempts::Barred(const Candidate& candidate, SteadyTime now) {
  std::string provider = KeyOf(candidate);
  if (!circuits_.Admits(provider, now)) return provider;
  std::string credential = CredentialKeyOf(candidate);
  if (circuits_.Admits(credential, now)) return std::nullopt;
  circuits_.Undecided(provider);
  return credential;
}

std::optional<Attempts::Next> Attempts::Take(SteadyTime now) {
  if (final_) return std::nullopt;
  while (true) {
    if (position_ == candidates_.size()) {
      // Nobody of this round could be asked: another round would find the same.
      if (tried_ == 0) break;
      position_ = 0;
      ++round_;
    }
    if (round_ >= options_.rounds) break;
    if (now - begun_ > options_.budget) break;
    const Candidate& candidate = candidates_[position_];
    ++position_;
    if (exhausted_.count(candidate.provider->name) != 0 || keyless_.count(&candidate) != 0)
      continue;
    if (const auto barred = Barred(candidate, now)) {
      if (!has_error_ || error_.failure == translate::Failure::kNoKey) {
        has_error_ = false;  // whoever is asked yet tells more
        error_ = translate::NoAnswer(candidate.provider->name +
                                     " failed several times in a row and "
                                     "is left alone for a moment");
        error_.failure = translate::Failure::kOverloaded;
        error_.status = 529;
        error_.type = "overloaded_error";
        error_.retry_after = circuits_.OpenFor(*barred, now);
      }
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
    current_ = &candidate;
    ++tried_;
    return Next{current_, delay};
  }
  return std::nullopt;
}

std::chrono::milliseconds Attempts::Backoff() {
  const auto full =
      std::min(options_.base_delay * (1 << std::min(round_, 6)), options_.longest_delay);
  const auto half = full / 2;
  if (half.count() <= 0) return full;
  return half + std::chrono::milliseconds(
                    static_cast<int64_t>(random_.Next() % static_cast<uint64_t>(half.count())));
}

void Attempts::Failed(const translate::ApiError& error, SteadyTime now) {
  error_ = has_error_ ? translate::MoreTelling(error_, error) : error;
  has_error_ = true;
  if (error.failure == translate::Failure::kQuota) {
    exhausted_.insert(current_->provider->name);
    Release(*current_);
    return;
  }
  if (error.failure == translate::Failure::kNoKey) {
    keyless_.insert(current_);
    Release(*current_);  // it was not asked
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
    circuits_.Succeeded(KeyOf(*current_));  // there was a connection
    circuits_.Failed(CredentialKeyOf(*current_), now);
  }
  if (error.retry_after) wanted_ = std::max(wanted_, *error.retry_after);
}

void Attempts::Succeeded() {
  circuits_.Succeeded(KeyOf(*current_));
  circuits_.Succeeded(CredentialKeyOf(*current_));
}

void Attempts::Undecided() {
  if (current_ != nullptr) Release(*current_);
}

void Attempts::Release(const Candidate& candidate) {
  circuits_.Undecided(KeyOf(candidate));
  circuits_.Undecided(CredentialKeyOf(candidate));
}

}  // namespace katra::policy
