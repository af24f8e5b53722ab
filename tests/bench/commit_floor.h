// The bare floor of a durable write: one SQLite commit (WAL, synchronous=FULL) of the same row into
// a plain table, with nothing of Katra around it.
#pragma once

#include <memory>
#include <string>

#include "tests/bench/figures.h"

struct sqlite3;
struct sqlite3_stmt;

namespace katra::bench {

class CommitFloor {
 public:
  // Makes the database `path`. Throws std::runtime_error.
  explicit CommitFloor(const std::string& path);
  ~CommitFloor();
  CommitFloor(const CommitFloor&) = delete;
  CommitFloor& operator=(const CommitFloor&) = delete;

  Nanos Commit(const std::string& body);

 private:
  void Run(sqlite3_stmt* statement);
  sqlite3_stmt* Prepare(const char* sql);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

}  // namespace katra::bench
