#include "router/gateway/subscription/chatgpt_limits.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "core/json_view.h"
#include "core/text.h"

namespace katra::router::gateway {
namespace {

constexpr std::string_view kUsual = "codex";  // the limit of the whole plan
constexpr double kUsedUpPercent = 100;

std::string Value(const http::Headers& headers, const std::string& name) {
  const std::string* value = headers.Find(name);
  return value == nullptr ? std::string() : std::string(Trim(*value));
}

std::optional<double> Number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<WallTime> After(std::optional<double> seconds, WallTime now) {
  constexpr double kMostSeconds = 1e9;
  if (!seconds || !(*seconds > 0) || *seconds > kMostSeconds) return std::nullopt;
  const auto whole = static_cast<int64_t>(*seconds);
  return MomentToCome(std::to_string(ToUnixMillis(now) / 1000 + whole), now);
}

// "codex_bengalfox" -> "x-codex-bengalfox", the prefix of a limit's headers.
std::string PrefixOf(std::string_view limit) {
  std::string prefix = ToLowerAscii(limit);
  std::replace(prefix.begin(), prefix.end(), '_', '-');
  return "x-" + prefix;
}

// When the last exhausted window of that limit resets.
std::optional<WallTime> ResetIn(const http::Headers& headers, const std::string& prefix,
                                WallTime now) {
  std::optional<WallTime> last;
  for (const char* window : {"-primary", "-secondary"}) {
    const std::string of = prefix + window;
    const auto used = Number(Value(headers, of + "-used-percent"));
    if (!used || *used < kUsedUpPercent) continue;
    auto reset = MomentToCome(Value(headers, of + "-reset-at"), now);
    if (!reset) reset = After(Number(Value(headers, of + "-reset-after-seconds")), now);
    if (reset) last = std::max(last.value_or(*reset), *reset);
  }
  return last;
}

}  // namespace

std::optional<PlanRest> ReadChatGptRest(int status, const http::Headers& headers,
                                        std::string_view body, std::string_view model,
                                        WallTime now) {
  if (status != 429) return std::nullopt;
  JsonDocument document;
  std::optional<WallTime> said;
  if (!body.empty() && document.Parse(body)) {
    const JsonView error = document.Root()["error"];
    const bool limit =
        error["type"].Is("usage_limit_reached") || error["code"].Is("usage_limit_reached");
    // Another refusal with the same status: too many concurrent requests, or a plan without Codex.
    if (!limit && !error.IsMissing()) return std::nullopt;
    if (const auto at = error["resets_at"].Number()) {
      said = MomentToCome(std::to_string(static_cast<int64_t>(std::clamp(*at, 0.0, 1e15))), now);
    } else if (error["resets_at"].IsString()) {
      said = MomentToCome(error["resets_at"].Text(), now);
    }
    if (!said) said = After(error["resets_in_seconds"].Number(), now);
  }
  std::string limit = Value(headers, "x-codex-active-limit");
  if (limit.empty()) limit = kUsual;
  const bool own = limit != kUsual && headers.Find(PrefixOf(limit) + "-limit-name") != nullptr;
  if (!said) said = ResetIn(headers, PrefixOf(own ? limit : std::string(kUsual)), now);
  if (!said) return std::nullopt;
  return PlanRest{*said, own ? ToLowerAscii(model) : std::string()};
}

}  // namespace katra::router::gateway
