// Versions of memories as a chain: `supersedes` leads to the older, `superseded_by` to the newer.
// Inside the caller's transaction; everything throws SQLite::Exception.
#pragma once

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

// Takes a memory that goes (forgotten, expired or erased) out of its chain: its neighbours are
// linked to each other, so that only the newest version left is current. Its own links are gone.
void LeaveChain(Connection& connection, MemoryId id);

}  // namespace katra::store::sqlite
