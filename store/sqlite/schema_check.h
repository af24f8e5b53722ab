// Whether a database has the tables that Katra's migrations make, and nothing else: a file that
// came from elsewhere may hold triggers, views or other tables, which would act on what is written
// here.
#pragma once

#include <string>

#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// Compares every object of the schema with what the migrations up to `version` make. Some 50 us
// when it is this build's own schema; some milliseconds otherwise. kUnsupported names the object.
[[nodiscard]] Status CheckSchema(Connection& connection, int version);

// SHA-256 of every object's words, in hexadecimal. CheckSchema looks first whether it is
// kLatestSchemaDigest, and compares object by object when it is not (another SQLite may lay out its
// own tables differently). A test tells the digest of the newest migration.
[[nodiscard]] std::string SchemaDigest(Connection& connection);
extern const char* const kLatestSchemaDigest;

}  // namespace katra::store::sqlite
