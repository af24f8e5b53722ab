#include "tests/bench/commit_floor.h"

#include <sqlite3.h>

#include <stdexcept>

namespace katra::bench {

CommitFloor::CommitFloor(const std::string& path) {
  sqlite3_open(path.c_str(), &database_);
  constexpr const char* kSetUp =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE messages(id INTEGER PRIMARY KEY, room_id INTEGER, persona_id INTEGER,"
      " said_at INTEGER, body TEXT)";
  if (sqlite3_exec(database_, kSetUp, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database_));
  }
  begin_ = Prepare("BEGIN IMMEDIATE");
  insert_ = Prepare(
      "INSERT INTO messages(room_id, persona_id, said_at, body) VALUES (1, 2, 1790000000000, ?1)");
  commit_ = Prepare("COMMIT");
}

CommitFloor::~CommitFloor() {
  for (sqlite3_stmt* statement : {begin_, insert_, commit_}) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

sqlite3_stmt* CommitFloor::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database_));
  }
  return statement;
}

void CommitFloor::Run(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database_));
  sqlite3_reset(statement);
}

Nanos CommitFloor::Commit(const std::string& body) {
  return Timed([&] {
    Run(begin_);
    sqlite3_bind_text(insert_, 1, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
    Run(insert_);
    Run(commit_);
  });
}

}  // namespace katra::bench
