// One FTS5 table as seen by the search: its statements, column weights and term frequencies. Knows
// FTS5's query language, nothing of ranking. Throws SQLite::Exception.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/term_statistics.h"

namespace katra::store::sqlite::full_text {

// SQL (as string literals) and column weights of one index.
struct FtsTable {
  const char* name;
  const char* last_row;     // SELECT the largest id
  const char* count;        // SELECT count, least, largest id WHERE MATCH ?1 LIMIT ?2
  const char* all;          // SELECT id … BETWEEN ?1 AND ?2, largest first
  const char* matching;     // SELECT id … BETWEEN ?1 AND ?2 AND MATCH ?3, largest first
  const char* rank;         // SELECT katra_rank(…, ?2) WHERE MATCH ?1 AND rowid BETWEEN ?3 AND ?4
  const char* rank_newest;  // like `rank`, largest id first
  const char* sizes;        // SELECT sz of ?1: FTS5's own record of a row's tokens in each column
  const char* phrase_columns;          // FTS5 column filter for phrases
  std::vector<double> column_weights;  // one per column; 0: not scored
  unsigned near_columns = 0;           // columns in the order of the text: bit c for column c
};

// A token in the column `keys` that marks rows which not everyone may see. Frequencies are counted
// without such rows, so that neither scores nor the choice of terms reveal private text.
inline constexpr const char* kHiddenKey = "h";

// Quotes analyzer tokens as a string of FTS5's query language.
[[nodiscard]] std::string QuoteTokens(const std::string& tokens);

// The approximate number of matching rows: counted up to a limit, estimated beyond it.
[[nodiscard]] int64_t CountRows(Connection& connection, TermStatistics& statistics,
                                const FtsTable& table, const std::string& match, int64_t last_row);

// Visits the rows that match all expressions, newest first, until `visit` returns false. Gives up
// and returns false after very many rows.
bool VisitNewest(Connection& connection, const FtsTable& table,
                 const std::vector<std::string>& matches, int64_t from, int64_t through,
                 const std::function<bool(int64_t id)>& visit);

// An FTS5 query for a token of the column `keys`: "keys : "token"".
[[nodiscard]] std::string MatchKey(const std::string& key);

// The largest id of the indexed table; 0 if it is empty.
[[nodiscard]] int64_t LastRow(Connection& connection, const FtsTable& table);

}  // namespace katra::store::sqlite::full_text
