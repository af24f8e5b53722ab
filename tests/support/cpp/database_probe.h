// Looks into a Katra database past the store, as an auditor would: with SQLite alone. Knows SQL;
// the tests know the tables.
#pragma once

#include <string>
#include <vector>

namespace katra::testing {

// The rows of a query, every value as text (NULL as ""). Throws std::runtime_error with SQLite's
// words when the file or the statement is bad.
[[nodiscard]] std::vector<std::vector<std::string>> QueryRows(const std::string& database,
                                                              const std::string& sql);

// The first value of the first row.
[[nodiscard]] std::string QueryValue(const std::string& database, const std::string& sql);

// What is wrong with the file as a whole: PRAGMA integrity_check and foreign_key_check, and the own
// check of every full-text index. Empty: nothing.
[[nodiscard]] std::string IntegrityProblems(const std::string& database);

// Copies the database of a home, with its log, into the folder `to`; returns the copy's path.
// Looking at a copy leaves the recovery after a crash to the server. Nobody may write meanwhile.
[[nodiscard]] std::string CopyDatabase(const std::string& home, const std::string& to);

// Runs statements that change the database.
void Execute(const std::string& database, const std::string& sql);

}  // namespace katra::testing
