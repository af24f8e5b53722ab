// How often two agents may wake each other: without a limit, two that answer each other would never
// end. One small file per home, HOME/run/wakes, with the wakes of the last hour. Losing it costs a
// fresh budget, never a message.
#pragma once

#include <string>

#include "core/clock.h"
#include "core/result.h"

namespace katra::cli {

inline constexpr int kWakesPerHour = 30;

class WakeBudget {
 public:
  // `most`: wakes per pair and hour.
  static Result<WakeBudget> Open(const std::string& home, int most = kWakesPerHour);

  enum class Use {
    kTaken,      // one wake was taken from the pair's budget
    kUsedUp,     // nothing is left
    kUsedUpNow,  // the same, for the first time within an hour: worth telling
  };
  // In either direction, whatever the case of the names. Serialised between processes.
  // kUnavailable: the file is locked for too long, or cannot be written.
  [[nodiscard]] Result<Use> Take(const std::string& one, const std::string& other,
                                 WallTime now) const;

 private:
  WakeBudget(std::string folder, int most) : folder_(std::move(folder)), most_(most) {}

  std::string folder_;
  int most_;
};

}  // namespace katra::cli
