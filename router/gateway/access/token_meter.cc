#include "router/gateway/access/token_meter.h"

#include <algorithm>
#include <tuple>

namespace katra::router::gateway {
namespace {

std::string Reached(const std::string& persona, const std::string& what, const char* limit,
                    std::chrono::seconds wait) {
  return "the gateway token of " + persona + " has " + what + ", its limit: try again in " +
         std::to_string(wait.count()) + " s. `limits." + limit +
         "` in personas.json changes it, for everybody or for a persona (docs/configuration.md)";
}

}  // namespace

std::optional<TokenMeter::Wait> TokenMeter::Check(const std::string& token_id,
                                                  const std::string& persona,
                                                  const TokenLimits& limits, SteadyTime now) const {
  const auto found = uses_.find(token_id);
  if (found == uses_.end()) return std::nullopt;
  const Use& use = found->second;
  if (limits.open_requests > 0 && use.open >= limits.open_requests) {
    const std::chrono::seconds wait{1};
    return Wait{
        Reached(persona, std::to_string(use.open) + " requests open", "open_requests", wait), wait};
  }
  if (now - use.since >= kWindow) return std::nullopt;
  const auto wait = std::max(std::chrono::ceil<std::chrono::seconds>(use.since + kWindow - now),
                             std::chrono::seconds(1));
  if (limits.requests_per_minute > 0 && use.requests >= limits.requests_per_minute) {
    return Wait{
        Reached(persona, "made " + std::to_string(use.requests) + " requests within a minute",
                "requests_per_minute", wait),
        wait};
  }
  if (limits.request_bytes_per_minute > 0 && use.bytes >= limits.request_bytes_per_minute) {
    return Wait{Reached(persona, "sent " + std::to_string(use.bytes) + " bytes within a minute",
                        "request_bytes_per_minute", wait),
                wait};
  }
  return std::nullopt;
}

void TokenMeter::Begin(const std::string& token_id, const std::string& persona, size_t bytes,
                       SteadyTime now) {
  if (uses_.size() >= prune_at_) Prune(now);
  auto [entry, is_new] = uses_.try_emplace(token_id);
  Use& use = entry->second;
  if (is_new || now - use.since >= kWindow) {
    use.persona = persona;
    use.requests = 0;
    use.bytes = 0;
    use.since = now;
  }
  ++use.requests;
  use.bytes += static_cast<int64_t>(bytes);
  ++use.open;
}

void TokenMeter::End(const std::string& token_id) {
  const auto found = uses_.find(token_id);
  if (found != uses_.end() && found->second.open > 0) --found->second.open;
}

std::vector<std::pair<std::string, TokenMeter::Use>> TokenMeter::List(SteadyTime now) const {
  std::vector<std::pair<std::string, Use>> list;
  for (const auto& [id, use] : uses_) {
    Use shown = use;
    if (now - use.since >= kWindow) shown.requests = shown.bytes = 0;
    if (shown.requests > 0 || shown.open > 0) list.emplace_back(id, std::move(shown));
  }
  std::sort(list.begin(), list.end(), [](const auto& left, const auto& right) {
    return std::tie(left.second.persona, left.first) < std::tie(right.second.persona, right.first);
  });
  return list;
}

void TokenMeter::Prune(SteadyTime now) {
  for (auto at = uses_.begin(); at != uses_.end();) {
    const bool idle = at->second.open == 0 && now - at->second.since >= kWindow;
    at = idle ? uses_.erase(at) : std::next(at);
  }
  prune_at_ = std::max(kPruneAt, uses_.size() * 2);
}

}  // namespace katra::router::gateway
