// Checks whether a session's process is alive. On this machine a killed process is noticed at once;
// elsewhere it counts as alive while its heartbeat is recent.
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

  // The full check, about 20 us.
  [[nodiscard]] bool IsLive(const ProcessIdentity& process, WallTime heartbeat_at) const;

  // As IsLive, but for a process found alive in the last two seconds only checks that the pid still
  // exists (about 0.3 us): pids are not reused that quickly. For every say.
  [[nodiscard]] bool IsLiveQuick(const ProcessIdentity& process, WallTime heartbeat_at);

 private:
  struct Seen {
    int64_t start_ticks;
    SteadyTime at;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<int64_t, Seen> alive_;  // by pid; this machine only
};

}  // namespace katra::store::sqlite
