// Whether the process behind a session is alive. A killed process of this machine is gone at once;
// one elsewhere counts as alive while its heartbeat is young.
#pragma once

#include <mutex>
#include <unordered_map>

#include "core/clock.h"
#include "core/process.h"

namespace katra::store::sqlite {

inline constexpr std::chrono::seconds kHeartbeatLimit{30};

// Thread-safe.
class LivenessCheck {
 public:
  explicit LivenessCheck(const Clock& clock) : clock_(clock) {}

  // The full check, ~20 us.
  [[nodiscard]] bool IsLive(const ProcessIdentity& process, WallTime heartbeat_at) const;

  // As IsLive, but a process found alive within the last two seconds is only asked whether its pid
  // still exists (~0.3 us): a pid is not given anew that fast. For the path of every say.
  [[nodiscard]] bool IsLiveQuick(const ProcessIdentity& process, WallTime heartbeat_at);

 private:
  struct Seen {
    int64_t start_ticks;
    SteadyTime at;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<int64_t, Seen> alive_;  // by pid, of this machine
};

}  // namespace katra::store::sqlite
