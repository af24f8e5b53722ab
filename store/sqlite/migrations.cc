#include "store/sqlite/migrations.h"

#include <string>

#include "core/ids.h"
#include "store/migrations.gen.h"
#include "store/sqlite/schema_check.h"

namespace katra::store::sqlite {
namespace {

constexpr int kApplicationId = 0x4B415452;  // "KATR": identifies the file to file(1) and to Katra

int ReadPragma(Connection& connection, const char* sql) {
  return connection.db().execAndGet(sql).getInt();
}

}  // namespace

void ApplyMigrations(Connection& connection, int from, int through) {
  for (int step = from; step < through; ++step) {
    connection.db().exec(std::string(migrations::EmbeddedFiles()[static_cast<size_t>(step)].text));
  }
}

int LatestVersion() { return static_cast<int>(migrations::EmbeddedFiles().size()); }

Status Migrate(Connection& connection) {
  SQLite::Database& db = connection.db();
  const int application = ReadPragma(connection, "PRAGMA application_id");
  const int version = ReadPragma(connection, "PRAGMA user_version");
  const bool empty = ReadPragma(connection, "SELECT count(*) FROM sqlite_schema") == 0;
  if (application != kApplicationId && !empty) {
    return Fail(ErrorCode::kUnsupported,
                "\"" + db.getFilename() +
                    "\" is a database of another program: move it away, or "
                    "choose another folder with KATRA_HOME");
  }
  if (version < 0 || (application == kApplicationId) == (version == 0)) {
    return Fail(ErrorCode::kUnsupported,
                "\"" + db.getFilename() + "\" says that it is of schema version " +
                    std::to_string(version) +
                    ", which Katra never wrote: restore a backup, or move it away");
  }
  if (version > LatestVersion()) {
    return Fail(ErrorCode::kUnsupported,
                "\"" + db.getFilename() + "\" was written by a newer Katra (schema version " +
                    std::to_string(version) + "; this build knows " +
                    std::to_string(LatestVersion()) +
                    "): install that version, or choose another folder with KATRA_HOME. Nothing "
                    "was changed");
  }
  // Before anything is written, because foreign triggers would act on it.
  if (auto checked = CheckSchema(connection, version); !checked) return checked;
  if (db.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
    return Fail(ErrorCode::kUnsupported,
                "the file system of \"" + db.getFilename() +
                    "\" cannot share memory between processes (write-ahead logging is refused): "
                    "choose a folder on a local disk with KATRA_HOME");
  }
  if (version == LatestVersion()) return {};

  db.exec("BEGIN IMMEDIATE");
  ApplyMigrations(connection, version, LatestVersion());
  if (version == 0) {
    SystemRandom random;
    SQLite::Statement insert(db, "INSERT INTO meta(key, value) VALUES ('store_uuid', ?1)");
    insert.bind(1, MakeUuidV7(SystemClock().Now(), random));
    insert.exec();
    db.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  }
  db.exec("PRAGMA user_version = " + std::to_string(LatestVersion()));
  db.exec("COMMIT");
  return {};
}

}  // namespace katra::store::sqlite
