// Meters each token against its limits: requests and bytes in the current minute, and open
// requests. Only in memory, because one gateway serves a home. Knows no HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.h"
#include "router/config/limits.h"

namespace katra::router::gateway {

// Not thread-safe.
class TokenMeter {
 public:
  struct Use {
    std::string persona;
    int64_t requests = 0;  // in the current minute
    int64_t bytes = 0;     // size of their bodies
    int64_t open = 0;
    SteadyTime since;  // start of the minute: its first request
  };
  struct Wait {
    std::string message;  // which limit was reached, and where it is configured
    std::chrono::seconds retry_after{1};
  };

  // The limit that the token has reached; nullopt if it may make another request.
  [[nodiscard]] std::optional<Wait> Check(const std::string& token_id, const std::string& persona,
                                          const TokenLimits& limits, SteadyTime now) const;
  void Begin(const std::string& token_id, const std::string& persona, size_t bytes, SteadyTime now);
  void End(const std::string& token_id);

  // The current use, by token.
  [[nodiscard]] std::vector<std::pair<std::string, Use>> List(SteadyTime now) const;

 private:
  static constexpr std::chrono::minutes kWindow{1};
  static constexpr size_t kPruneAt = 1024;

  void Prune(SteadyTime now);

  std::unordered_map<std::string, Use> uses_;
  size_t prune_at_ = kPruneAt;
};

}  // namespace katra::router::gateway
