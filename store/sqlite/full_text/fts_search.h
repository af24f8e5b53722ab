// The common part of searching messages and memories: from a parsed query to scored rows of one
// FTS5 table, with bounded work. Knows FTS5's query language, not what the tables mean. Throws
// SQLite::Exception.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "store/search/plan.h"
#include "store/search/query.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/fts_table.h"
#include "store/sqlite/full_text/term_statistics.h"

namespace katra::store::sqlite::full_text {

struct FtsRequest {
  search::ParsedQuery query;
  size_t max_terms = 32;
  size_t precise_rows = 300;  // best rows, which are scored with their lengths too
  bool nearness = true;       // order the best rows by the nearness of the words too
  // MATCH expressions (see MatchKey) that narrow the search to save work. A common one may be
  // ignored, so the caller must still check each row.
  std::vector<std::string> required;
  int64_t id_from = 1;
  int64_t id_through = std::numeric_limits<int64_t>::max();
  search::WorkLimits limits;
};

struct ScoredRow {
  int64_t id = 0;
  double score = 0;
};

struct FtsResult {
  std::vector<ScoredRow> rows;  // best first, then newest; each id once
  size_t terms = 0;
  // The number of leading rows that have entries in `term_scores`: the score contributed by each
  // term, precise x terms values. The scores of the other rows ignore their length, and are not
  // higher than these.
  size_t precise = 0;
  std::vector<float> term_scores;
  bool complete = true;  // no row with a term of the query was left out
  int64_t ranked = 0;    // number of rows scored
  std::string note;
};

[[nodiscard]] FtsResult RankRows(Connection& connection, TermStatistics& statistics,
                                 const FtsTable& table, const FtsRequest& request);

}  // namespace katra::store::sqlite::full_text
