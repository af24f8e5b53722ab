// What a disk holds after the power failed, worked out from the fault log: everything synced, and
// of the rest as much as chance keeps. Knows the log and files; nothing of SQLite's formats.
#pragma once

#include <random>
#include <string>

#include "tests/support/cpp/fault/fault_log.h"

namespace katra::testing {

struct PowerLoss {
  // Of unsynced writes, how many sectors (512 bytes, each by itself) reached the disk.
  double kept = 0;
  // Of unsynced creations and deletions of files, how many (in their order) did: at most this many.
  uint64_t names_kept = 0;
};

// A random one: a third each of "all lost", "some kept", "nearly all kept".
[[nodiscard]] PowerLoss RandomPowerLoss(std::mt19937_64& random);

// Rewrites the files that the log names, and clears the log. All processes must have ended. Also
// removes `database`-shm, which is memory.
void ApplyPowerLoss(FaultLog& log, const std::string& database, const PowerLoss& loss,
                    std::mt19937_64& random);

}  // namespace katra::testing
