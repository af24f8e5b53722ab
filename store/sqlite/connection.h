// One SQLite connection with its prepared statements. Only this file and its .cc know how a
// connection is configured; domain queries are in the other files of store/sqlite.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "core/result.h"
#include "store/call_context.h"

namespace katra::store::sqlite {

// A prepared statement that is reset when the borrower destroys this object, so that no read
// transaction stays open by accident.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(&statement) {}
  Query(Query&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  SQLite::Statement* operator->() { return statement_; }
  SQLite::Statement& operator*() { return *statement_; }

  // Binds the arguments to ?1, ?2, … in order.
  template <typename... Args>
  Query& Bind(const Args&... args) {
    int index = 0;
    (statement_->bind(++index, args), ...);
    return *this;
  }

 private:
  SQLite::Statement* statement_;
};

// Not thread-safe: used by one thread at a time. Throws SQLite::Exception, which Database turns
// into an Error (ToError in database.h).
class Connection {
 public:
  enum class Mode { kReadOnly, kReadWrite };

  // Opens a database file, creating it in kReadWrite mode if it does not exist, and registers
  // katra_rank().
  Connection(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` must be a string literal, because its address is the cache key.
  [[nodiscard]] Query Prepare(const char* sql);

  [[nodiscard]] SQLite::Database& db() { return db_; }
  [[nodiscard]] sqlite3* handle() { return db_.getHandle(); }

  // Until the next call, interrupts statements (SQLITE_INTERRUPT) when the context is cancelled or
  // past its deadline. nullptr: never. Borrowed.
  void SetContext(const CallContext* context) { context_ = context; }

 private:
  static int OnProgress(void* self);

  SQLite::Database db_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  const CallContext* context_ = nullptr;
};

}  // namespace katra::store::sqlite
