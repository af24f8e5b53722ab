#include "store/sqlite/liveness.h"

#include <cerrno>
#include <csignal>

namespace katra::store::sqlite {

bool LivenessCheck::IsLive(const ProcessIdentity& process, WallTime heartbeat_at) const {
  switch (CheckProcess(process)) {
    case Liveness::kAlive:
      return true;
    case Liveness::kDead:
      return false;
    case Liveness::kUnknown:
      break;
  }
  return clock_.Now() - heartbeat_at <= kHeartbeatLimit;
}

bool LivenessCheck::IsLiveQuick(const ProcessIdentity& process, WallTime heartbeat_at) {
  constexpr std::chrono::seconds kTrust{2};
  constexpr size_t kMostSeen = 4096;
  const SteadyTime now = clock_.Steady();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto seen = alive_.find(process.pid);
    if (seen != alive_.end() && seen->second.start_ticks == process.start_ticks &&
        now - seen->second.at < kTrust) {
      return kill(static_cast<pid_t>(process.pid), 0) == 0 || errno == EPERM;
    }
  }
  if (!IsLive(process, heartbeat_at)) return false;
  if (CheckProcess(process) == Liveness::kAlive) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (alive_.size() >= kMostSeen) alive_.clear();
    alive_[process.pid] = Seen{process.start_ticks, now};
  }
  return true;
}

}  // namespace katra::store::sqlite
