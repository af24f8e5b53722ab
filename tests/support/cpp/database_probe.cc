// One connection a call, closed again, so that a test never holds the database open.
#include "tests/support/cpp/database_probe.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <stdexcept>

namespace katra::testing {
namespace {

using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

[[noreturn]] void Failed(sqlite3* database, const std::string& sql) {
  throw std::runtime_error(std::string(sqlite3_errmsg(database)) + " in: " + sql);
}

Database OpenDatabase(const std::string& path) {
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Database database(raw, sqlite3_close);
  if (result != SQLITE_OK) Failed(raw, "open " + path);
  sqlite3_busy_timeout(raw, 30'000);
  return database;
}

std::vector<std::vector<std::string>> Rows(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    Failed(database, sql);
  }
  const Statement statement(raw, sqlite3_finalize);
  std::vector<std::vector<std::string>> rows;
  for (;;) {
    const int result = sqlite3_step(raw);
    if (result == SQLITE_DONE) return rows;
    if (result != SQLITE_ROW) Failed(database, sql);
    std::vector<std::string>& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(raw); ++column) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(raw, column));
      const auto size = static_cast<size_t>(sqlite3_column_bytes(raw, column));
      row.push_back(bytes == nullptr ? "" : std::string(bytes, size));
    }
  }
}

}  // namespace

std::vector<std::vector<std::string>> QueryRows(const std::string& database,
                                                const std::string& sql) {
  return Rows(OpenDatabase(database).get(), sql);
}

std::string QueryValue(const std::string& database, const std::string& sql) {
  const auto rows = QueryRows(database, sql);
  if (rows.empty() || rows[0].empty()) throw std::runtime_error("no row: " + sql);
  return rows[0][0];
}

void Execute(const std::string& database, const std::string& sql) {
  Rows(OpenDatabase(database).get(), sql);
}

std::string CopyDatabase(const std::string& home, const std::string& to) {
  namespace fs = std::filesystem;
  std::string copy = to + "/katra.db";
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(copy + suffix);
    // The shared memory is not copied: what it held is rebuilt from the log.
    const std::string from = home + "/katra.db" + suffix;
    if (std::string(suffix) != "-shm" && fs::exists(from)) fs::copy_file(from, copy + suffix);
  }
  return copy;
}

std::string IntegrityProblems(const std::string& path) {
  std::string problems;
  try {
    const Database database = OpenDatabase(path);
    for (const auto& row : Rows(database.get(), "PRAGMA integrity_check")) {
      if (row[0] != "ok") problems += row[0] + "\n";
    }
    for (const auto& row : Rows(database.get(), "PRAGMA foreign_key_check")) {
      problems += "foreign key of " + row[0] + " row " + row[1] + "\n";
    }
    const auto indexes = Rows(database.get(),
                              "SELECT name FROM sqlite_schema WHERE type = 'table' "
                              "AND lower(sql) LIKE 'create virtual table%fts5%'");
    for (const auto& index : indexes) {
      const std::string name = "\"" + index[0] + "\"";
      Rows(database.get(),
           "INSERT INTO " + name + "(" + name + ", rank) VALUES('integrity-check', 0)");
    }
  } catch (const std::runtime_error& error) {
    problems += error.what();
  }
  return problems;
}

}  // namespace katra::testing
