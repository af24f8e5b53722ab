// One FTS5 table as the search sees it: its statements, its column weights, how often a term is in
// it. Knows FTS5's query language; nothing of ranking. Throws SQLite::Exception.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/term_statistics.h"

namespace katra::store::sqlite::full_text {

// String literals and weights of one index.
struct FtsTable {
  const char* name;
  const char* last_row;     // SELECT the largest id
  const char* count;        // SELECT count, least, largest id WHERE MATCH ?1 LIMIT ?2
  const char* all;          // SELECT id … BETWEEN ?1 AND ?2, largest first
  const char* matching;     // SELECT id … BETWEEN ?1 AND ?2 AND MATCH ?3, largest first
  const char* rank;         // SELECT katra_rank(…, ?2) WHERE MATCH ?1 AND rowid BETWEEN ?3 AND ?4
  const char* rank_newest;  // the same, largest id first
  const char* sizes;        // SELECT sz of ?1: FTS5's own record of a row's tokens in each column
  const char* phrase_columns;          // of FTS5, where phrases are looked for
  std::vector<double> column_weights;  // one a column; 0: never scores
};

// The token of the column `keys` of what not everybody may see. Frequencies are counted without
// such rows, so that no score and no choice of terms tells what others keep to themselves.
inline constexpr const char* kHiddenKey = "h";

// `tokens` (of the analyzer) as a string of FTS5's query language.
[[nodiscard]] std::string QuoteTokens(const std::string& tokens);

// How many rows match, about: counted to a bound, estimated beyond.
[[nodiscard]] int64_t CountRows(Connection& connection, TermStatistics& statistics,
                                const FtsTable& table, const std::string& match, int64_t last_row);

// Walks through the rows that have all keys, newest first, until `visit` says false. Gives up, and
// returns false, after very many rows.
bool VisitNewest(Connection& connection, const FtsTable& table,
                 const std::vector<std::string>& matches, int64_t from, int64_t through,
                 const std::function<bool(int64_t id)>& visit);

// "keys : "token"", of FTS5's query language.
[[nodiscard]] std::string MatchKey(const std::string& key);

// The largest id of the indexed table; 0: it is empty.
[[nodiscard]] int64_t LastRow(Connection& connection, const FtsTable& table);

}  // namespace katra::store::sqlite::full_text
