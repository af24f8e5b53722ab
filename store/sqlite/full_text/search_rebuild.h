// Makes both full-text indexes anew when they were written by another analyzer.
//
// Every function throws SQLite::Exception, and is called by the connection's thread.
#pragma once

#include "store/sqlite/connection.h"

namespace katra::store::sqlite::full_text {

// Whether the indexes were written by this build's analyzer.
[[nodiscard]] bool SearchIndexIsCurrent(Connection& connection);

// Makes both indexes anew from the tables when they are not current. Called in a write transaction,
// when the store opens. True when it did.
bool EnsureSearchIndex(Connection& connection);

}  // namespace katra::store::sqlite::full_text
