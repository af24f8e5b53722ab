// What is known of the use of memories: when they were last recalled, and that a person decided to
// keep them. Runs inside the caller's transaction; throws SQLite::Exception.
#pragma once

#include <mutex>
#include <unordered_set>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

// The day of a time in Unix milliseconds, as in the table: days since the epoch, UTC.
[[nodiscard]] constexpr int64_t DayOf(int64_t millis) { return millis / (int64_t{24} * 3600'000); }

// Collects what was recalled, so that a recall need not write: it is stored with the next heartbeat
// or at the end of the session, and is lost if the process dies before. Thread-safe.
class RecalledMemories {
 public:
  void Note(MemoryId id);
  // Stores what was noted, in the caller's write transaction.
  void Store(Connection& connection, int64_t now);

 private:
  std::mutex mutex_;
  std::unordered_set<MemoryId> noted_;
};

}  // namespace katra::store::sqlite
