// Version chains of memories: `supersedes` points to the older version, `superseded_by` to the
// newer. Runs inside the caller's transaction; throws SQLite::Exception.
#pragma once

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

// Removes a memory that is being forgotten, expired or erased from its chain: links its neighbours
// to each other, so that only the newest remaining version is current, and clears its own links.
void LeaveChain(Connection& connection, MemoryId id);

}  // namespace katra::store::sqlite
