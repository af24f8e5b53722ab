// Memories that are forgotten at a set time. Runs inside the caller's transaction; throws
// SQLite::Exception. `now` is in Unix milliseconds.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

// How long the text of an expired memory stays in the database, hidden, before it is erased.
inline constexpr int64_t kKeptAfterExpiryMs = int64_t{30} * 24 * 3600 * 1000;

// Forgets memories on behalf of nobody: hides them, links their neighbours to each other, and
// writes audit rows with the reason.
void Expire(Connection& connection, const std::vector<MemoryId>& ids, int64_t now,
            const std::string& reason);

// Whether a memory has reached its time and is not forgotten yet. Reads one index entry.
[[nodiscard]] bool HasExpired(Connection& connection, int64_t now);

// Forgets at most `limit` memories that have reached their time. Returns how many.
int ForgetExpired(Connection& connection, int64_t now, int limit);

// Whether EraseExpired would find anything.
[[nodiscard]] bool HasErasable(Connection& connection, int64_t now);

// Erases at most `limit` memories that were forgotten kKeptAfterExpiryMs ago or earlier and had a
// time. Returns how many. Keeps the newest memory, because its number would be given again.
int EraseExpired(Connection& connection, int64_t now, int limit);

// Removes the row of a memory that is in no index, and what refers to it. Keeps its audit rows,
// without their reasons.
void EraseMemory(Connection& connection, MemoryId id);

}  // namespace katra::store::sqlite
