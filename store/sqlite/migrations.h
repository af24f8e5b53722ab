// Brings a database's schema up to this build's, forward only. The steps are the files of
// store/migrations, NNNN_name.sql, embedded at build; PRAGMA user_version counts those applied.
#pragma once

#include "core/result.h"
#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// Called in the writers' queue. All steps that are missing run in one transaction.
// kUnsupported: the database is newer than this build, another program's, or has a schema that the
// migrations do not make (schema_check.h); then nothing was changed.
// Throws SQLite::Exception.
[[nodiscard]] Status Migrate(Connection& connection);

// Runs the steps after version `from` up to version `through`, within the caller's transaction.
// Throws SQLite::Exception.
void ApplyMigrations(Connection& connection, int from, int through);

// The version that Migrate brings a database to.
[[nodiscard]] int LatestVersion();

}  // namespace katra::store::sqlite
