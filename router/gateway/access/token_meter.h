// What each token used lately, against its limits: requests and bytes of the running minute, and
// requests that are open. In memory only; one gateway serves a home. Knows no HTTP.
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
    int64_t requests = 0;  // in the running minute
    int64_t bytes = 0;     // of their bodies
    int64_t open = 0;
    SteadyTime since;  // the minute begins with its first request
  };
  struct Wait {
    std::string message;  // what was reached, and where it is configured
    std::chrono::seconds retry_after{1};
  };

  // Why another request of the token has to wait; nothing when it may go on.
  [[nodiscard]] std::optional<Wait> Check(const std::string& token_id, const std::string& persona,
                                          const TokenLimits& limits, SteadyTime now) const;
  void Begin(const std::string& token_id, const std::string& persona, size_t bytes, SteadyTime now);
  void End(const std::string& token_id);

  // What is in use now, by token.
  [[nodiscard]] std::vector<std::pair<std::string, Use>> List(SteadyTime now) const;

 private:
  static constexpr std::chrono::minutes kWindow{1};
  static constexpr size_t kPruneAt = 1024;

  void Prune(SteadyTime now);

  std::unordered_map<std::string, Use> uses_;
  size_t prune_at_ = kPruneAt;
};

}  // namespace katra::router::gateway
