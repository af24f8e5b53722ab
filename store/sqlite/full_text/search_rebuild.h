// Rebuilds both full-text indexes if they were written by another version of the analyzer.
//
// Every function throws SQLite::Exception and runs on the connection's thread.
#pragma once

#include "store/sqlite/connection.h"

namespace katra::store::sqlite::full_text {

// Whether the indexes were written by this build's analyzer.
[[nodiscard]] bool SearchIndexIsCurrent(Connection& connection);

// Rebuilds both indexes from the tables if they are not current, and returns whether it did. Called
// in a write transaction when the store opens.
bool EnsureSearchIndex(Connection& connection);

}  // namespace katra::store::sqlite::full_text
