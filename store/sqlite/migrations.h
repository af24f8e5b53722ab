// Updates a database's schema to this build's, forward only. The steps are the files of
// store/migrations, NNNN_name.sql, embedded at build time; PRAGMA user_version counts those
// applied.
#pragma once

#include "core/result.h"
#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// Call it in the writers' queue. Runs all missing steps in one transaction. kUnsupported, with
// nothing changed: the database is newer than this build, belongs to another program, or has a
// schema that the migrations do not create (schema_check.h). Throws SQLite::Exception.
[[nodiscard]] Status Migrate(Connection& connection);

// Runs the steps after version `from`, up to version `through`, in the caller's transaction. Throws
// SQLite::Exception.
void ApplyMigrations(Connection& connection, int from, int through);

// The version after Migrate().
[[nodiscard]] int LatestVersion();

}  // namespace katra::store::sqlite
