#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include <chrono>
#include <utility>

#include "store/sqlite/full_text/fts_rank.h"

namespace katra::store::sqlite {
namespace {

// Instructions of SQLite's virtual machine; well under a millisecond.
constexpr int kStepsBetweenLooks = 4000;
constexpr int kBusyTimeoutMillis =
    10'000;  // only matters for programs outside the queue, e.g. an sqlite3 shell

// Disables features through which a malicious file could act on whoever opens it. Katra itself has
// no triggers or views, and does not write SQLite's internal tables.
void TrustNothing(sqlite3* handle) {
  constexpr std::pair<int, int> kSettings[] = {{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                                               {SQLITE_DBCONFIG_DEFENSIVE, 1},
                                               {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                               {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                               {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}};
  for (const auto& [setting, value] : kSettings) {
    sqlite3_db_config(handle, setting, value, nullptr);
  }
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  statement_->tryReset();
}

Connection::Connection(const std::string& path, Mode mode)
    : db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMillis) {
  sqlite3_progress_handler(handle(), kStepsBetweenLooks, &Connection::OnProgress, this);
  TrustNothing(handle());
  full_text::RegisterRank(handle());
  db_.exec("PRAGMA cell_size_check = ON");
  db_.exec("PRAGMA foreign_keys = ON");
  db_.exec("PRAGMA temp_store = MEMORY");
  // On macOS fsync() does not flush the drive's cache; these do. Elsewhere they have no effect.
  db_.exec("PRAGMA fullfsync = ON");
  db_.exec("PRAGMA checkpoint_fullfsync = ON");
  if (mode == Mode::kReadOnly) {
    db_.exec("PRAGMA query_only = ON");
    return;
  }
  db_.exec("PRAGMA synchronous = FULL");
  db_.exec("PRAGMA secure_delete = ON");
  db_.exec("PRAGMA journal_size_limit = 67108864");
  // Pages of the WAL, 16 MB. The write that passes the limit copies them into the database: with
  // SQLite's own 1,000, one of forty memories in a large store would wait for that.
  db_.exec("PRAGMA wal_autocheckpoint = 4000");
}

Connection::~Connection() { sqlite3_progress_handler(handle(), 0, nullptr, nullptr); }

Query Connection::Prepare(const char* sql) {
  auto& statement = statements_[sql];
  if (statement == nullptr) statement = std::make_unique<SQLite::Statement>(db_, sql);
  return Query(*statement);
}

int Connection::OnProgress(void* self) {
  const CallContext* context = static_cast<Connection*>(self)->context_;
  if (context == nullptr) return 0;
  if (context->cancelled != nullptr && context->cancelled->load()) return 1;
  return std::chrono::steady_clock::now() >= context->deadline ? 1 : 0;
}

}  // namespace katra::store::sqlite
