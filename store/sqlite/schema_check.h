// Checks that a database has exactly the schema that Katra's migrations create. A file from
// elsewhere may contain triggers, views or other tables that would act on what is written here.
#pragma once

#include <string>

#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// Compares every object of the schema with the result of the migrations up to `version`. Takes
// about 50 us for this build's own schema, some milliseconds otherwise. The message of kUnsupported
// names the object.
[[nodiscard]] Status CheckSchema(Connection& connection, int version);

// SHA-256 of the normalised SQL of every object, in hexadecimal. CheckSchema first compares it with
// kLatestSchemaDigest, and object by object only if they differ (another SQLite version may write
// its own tables differently). A test prints the digest for the newest migration.
[[nodiscard]] std::string SchemaDigest(Connection& connection);
extern const char* const kLatestSchemaDigest;

}  // namespace katra::store::sqlite
