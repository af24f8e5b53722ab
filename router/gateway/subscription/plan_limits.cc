#include "router/gateway/subscription/plan_limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.h"

namespace katra::router::gateway {
namespace {

constexpr std::string_view kFamily = "anthropic-ratelimit-unified-";
constexpr std::string_view kStatus = "-status";
constexpr std::string_view kReset = "-reset";
constexpr std::string_view kRejected = "rejected";
// The longest known window is a week.
constexpr std::chrono::hours kLongest{24 * 31};

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = end == text.data() + text.size() || *end == '.';
  if (error != std::errc() || !whole) return std::nullopt;
  return number;
}

// "seven_day_opus", "7d_opus" -> "opus"; "five_hour", "7d" -> "".
std::string FamilyOf(std::string_view window) {
  static constexpr std::array<std::string_view, 4> kSpans = {"five_hour", "seven_day", "5h", "7d"};
  for (const std::string_view span : kSpans) {
    if (!window.starts_with(span)) continue;
    window.remove_prefix(span.size());
    while (!window.empty() && (window.front() == '_' || window.front() == '-')) {
      window.remove_prefix(1);
    }
    return ToLowerAscii(window);
  }
  return {};
}

std::string Value(const http::Headers& headers, const std::string& name) {
  const std::string* value = headers.Find(name);
  return value == nullptr ? std::string() : std::string(Trim(*value));
}

// The latest reset of an exhausted window: for the account, and for a family of models.
struct Windows {
  std::optional<WallTime> account;
  std::optional<WallTime> family;
  std::string family_name;

  void Take(std::optional<WallTime> until, const std::string& of) {
    if (!until) return;
    if (of.empty()) {
      account = std::max(account.value_or(*until), *until);
    } else if (!family || *family < *until) {
      family = until;
      family_name = of;
    }
  }
};

}  // namespace

std::optional<WallTime> MomentToCome(std::string_view text, WallTime now) {
  text = Trim(text);
  std::optional<WallTime> moment;
  if (const auto seconds = Number(text)) {
    constexpr int64_t kMostSeconds = int64_t{1} << 40U;
    if (*seconds > 0 && *seconds < kMostSeconds) moment = FromUnixMillis(*seconds * 1000);
  } else if (text.find('T') != std::string_view::npos) {
    if (const auto parsed = ParseTime(text, now)) moment = *parsed;
  }
  if (!moment || *moment <= now || *moment > now + kLongest) return std::nullopt;
  return moment;
}

std::optional<PlanRest> ReadPlanRest(int status, const http::Headers& headers,
                                     std::string_view model, WallTime now) {
  const std::string said = ToLowerAscii(Value(headers, std::string(kFamily) + "status"));
  if (said.starts_with("allowed")) return std::nullopt;  // limited by a burst, not by the plan
  if (status != 429 && said != kRejected) return std::nullopt;
  bool any = false;
  Windows windows;
  for (const http::Header& header : headers.all()) {
    const std::string name = ToLowerAscii(header.name);
    if (!name.starts_with(kFamily)) continue;
    any = true;
    if (!name.ends_with(kStatus) || ToLowerAscii(Trim(header.value)) != kRejected) continue;
    if (name.size() < kFamily.size() + kStatus.size()) continue;
    const std::string window =
        name.substr(kFamily.size(), name.size() - kFamily.size() - kStatus.size());
    // Extra usage and a suggested fallback model are not windows of the plan.
    if (window == "overage" || window == "fallback") continue;
    const std::string reset = Value(headers, std::string(kFamily) + window + std::string(kReset));
    windows.Take(MomentToCome(reset, now), FamilyOf(window));
  }
  if (!any) return std::nullopt;
  const std::string claim =
      FamilyOf(ToLowerAscii(Value(headers, std::string(kFamily) + "representative-claim")));
  windows.Take(MomentToCome(Value(headers, std::string(kFamily) + "reset"), now), claim);
  if (!windows.account && !windows.family) {
    if (const auto seconds = Number(Value(headers, "retry-after")); seconds && *seconds > 0) {
      windows.Take(MomentToCome(std::to_string(ToUnixMillis(now) / 1000 + *seconds), now), claim);
    }
  }
  if (windows.account) return PlanRest{*windows.account, ""};
  if (!windows.family) return std::nullopt;
  const std::string lower = ToLowerAscii(model);
  // For an unknown family, only this model is certainly affected.
  const bool known = lower.find(windows.family_name) != std::string::npos;
  return PlanRest{*windows.family, known ? windows.family_name : lower};
}

void PlanLimits::Forget(WallTime now) {
  for (auto plan = plans_.begin(); plan != plans_.end();) {
    std::erase_if(plan->second.rests, [&](const PlanRest& rest) { return rest.until <= now; });
    plan = plan->second.rests.empty() ? plans_.erase(plan) : std::next(plan);
  }
}

void PlanLimits::Note(const std::string& credential, const std::string& provider,
                      const std::string& persona, PlanRest rest, WallTime now) {
  Forget(now);
  if (plans_.size() >= kMost && plans_.count(credential) == 0) return;
  Plan& plan = plans_[credential];
  plan.provider = provider;
  plan.personas.insert(persona);
  std::erase_if(plan.rests, [&](const PlanRest& old) { return old.models == rest.models; });
  plan.rests.push_back(std::move(rest));
}

std::optional<WallTime> PlanLimits::RestsUntil(const std::string& credential,
                                               const std::string& persona, std::string_view model,
                                               WallTime now) {
  const auto found = plans_.find(credential);
  if (found == plans_.end()) return std::nullopt;
  const std::string lower = ToLowerAscii(model);
  std::optional<WallTime> until;
  for (const PlanRest& rest : found->second.rests) {
    if (rest.until <= now || lower.find(rest.models) == std::string::npos) continue;
    until = std::max(until.value_or(rest.until), rest.until);
  }
  if (until) found->second.personas.insert(persona);
  return until;
}

std::vector<PlanLimits::Resting> PlanLimits::List(WallTime now) const {
  std::vector<Resting> resting;
  for (const auto& [credential, plan] : plans_) {
    for (const PlanRest& rest : plan.rests) {
      if (rest.until <= now) continue;
      for (const std::string& persona : plan.personas) {
        resting.push_back({persona, plan.provider, rest});
      }
    }
  }
  std::sort(resting.begin(), resting.end(), [](const Resting& one, const Resting& other) {
    return one.rest.until != other.rest.until ? one.rest.until < other.rest.until
                                              : one.persona < other.persona;
  });
  return resting;
}

}  // namespace katra::router::gateway
