#include "router/credentials/key_rests.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "core/text.h"

namespace katra::router::credentials {
namespace {

using std::chrono::milliseconds;
using translate::ApiError;
using translate::Failure;

constexpr milliseconds kLimited = std::chrono::minutes(1);
constexpr milliseconds kRefused = std::chrono::minutes(5);
constexpr milliseconds kUsedUp = std::chrono::minutes(15);
constexpr milliseconds kLongest = std::chrono::hours(24);
constexpr size_t kMostRests = 4096;

std::optional<milliseconds> UntilTime(std::string_view text, WallTime now) {
  std::optional<WallTime> then;
  const std::string value(Trim(text));
  if (value.find("GMT") != std::string::npos) {  // an HTTP date
    std::tm date{};
    const char* end = strptime(value.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (end != nullptr) then = FromUnixMillis(int64_t{timegm(&date)} * 1000);
  } else if (value.find('T') != std::string::npos) {
    if (const auto parsed = ParseTime(value, now)) then = *parsed;
  }
  if (!then) return std::nullopt;
  return std::max(milliseconds(0), *then - now);
}

// Reads headers that translate::FromUpstream, which has no clock, could not interpret.
std::optional<milliseconds> ByClock(const translate::Headers& reply, WallTime now) {
  std::optional<milliseconds> longest;
  for (const auto& [name, value] : reply) {
    const std::string lower = ToLowerAscii(name);
    if (lower == "retry-after") return UntilTime(value, now);
    if (!lower.starts_with("anthropic-ratelimit-") || !lower.ends_with("-reset")) continue;
    const std::string left = lower.substr(0, lower.size() - 5) + "remaining";
    const bool used_up = std::any_of(reply.begin(), reply.end(), [&](const auto& other) {
      return ToLowerAscii(other.first) == left && Trim(other.second) == "0";
    });
    const auto span = UntilTime(value, now);
    if (used_up && span) longest = std::max(longest.value_or(milliseconds(0)), *span);
  }
  return longest;
}

std::string OfAccount(const policy::Candidate& candidate) {
  return candidate.provider->name + '\n' + candidate.credential;
}
std::string OfModel(const policy::Candidate& candidate) {
  return candidate.provider->name + '/' + candidate.model + '\n' + candidate.credential;
}

bool IsLimit(const ApiError& error) { return error.failure == Failure::kRateLimit; }

}  // namespace

std::optional<milliseconds> RestOf(const ApiError& error, const translate::Headers& reply,
                                   WallTime now) {
  milliseconds standard{0};
  switch (error.failure) {
    case Failure::kRateLimit:
      standard = kLimited;
      break;
    case Failure::kAuthentication:
    case Failure::kPermission:
      standard = kRefused;
      break;
    case Failure::kQuota:
    case Failure::kBilling:
      standard = kUsedUp;
      break;
    default:
      return std::nullopt;
  }
  auto said = error.retry_after;
  if (!said) said = ByClock(reply, now);
  return std::min(said.value_or(standard), kLongest);
}

void KeyRests::Failed(const policy::Candidate& candidate, const ApiError& error,
                      const translate::Headers& reply, SteadyTime now, WallTime wall_now) {
  const auto rest = RestOf(error, reply, wall_now);
  if (!rest) return;
  std::erase_if(rests_, [now](const auto& one) { return one.second <= now; });
  if (rests_.size() >= kMostRests) return;
  SteadyTime& until = rests_[IsLimit(error) ? OfModel(candidate) : OfAccount(candidate)];
  until = std::max(until, now + *rest);
}

std::optional<SteadyTime> KeyRests::Until(const policy::Candidate& candidate,
                                          SteadyTime now) const {
  std::optional<SteadyTime> latest;
  for (const std::string& key : {OfAccount(candidate), OfModel(candidate)}) {
    const auto found = rests_.find(key);
    if (found == rests_.end() || found->second <= now) continue;
    latest = std::max(latest.value_or(found->second), found->second);
  }
  return latest;
}

std::vector<policy::Candidate> SpreadOverKeys(const std::vector<policy::Candidate>& candidates,
                                              const std::vector<std::vector<ProviderKey>>& keys,
                                              const KeyRests& rests, SteadyTime now) {
  std::vector<policy::Candidate> spread;
  std::vector<std::pair<SteadyTime, policy::Candidate>> resting;
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (const ProviderKey& key : keys[i]) {
      policy::Candidate one = candidates[i];
      one.key_env = key.variable;
      one.credential = key.credential;
      const auto until = keys[i].size() > 1 ? rests.Until(one, now) : std::nullopt;
      if (until) {
        resting.emplace_back(*until, std::move(one));
      } else {
        spread.push_back(std::move(one));
      }
    }
  }
  std::stable_sort(resting.begin(), resting.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  for (auto& [until, one] : resting) spread.push_back(std::move(one));
  return spread;
}

}  // namespace katra::router::credentials
