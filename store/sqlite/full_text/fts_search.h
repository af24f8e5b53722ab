// What searching messages and searching memories have in common: from a parsed query to scored rows
// of one FTS5 table, in bounded work. Knows FTS5's query language; neither table's meaning.
// Throws SQLite::Exception.
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
  // MATCH expressions (see MatchKey) that help to find rows fast. A common one is passed over: the
  // caller looks at each row all the same.
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
  // Of the first rows, `precise` of them: what each term added to the score, precise x terms. The
  // others' scores do not take their length into account, and are no higher than these.
  size_t precise = 0;
  std::vector<float> term_scores;
  bool complete = true;  // nothing that has a term of the query was left out
  int64_t ranked = 0;    // rows scored
  std::string note;
};

[[nodiscard]] FtsResult RankRows(Connection& connection, TermStatistics& statistics,
                                 const FtsTable& table, const FtsRequest& request);

}  // namespace katra::store::sqlite::full_text
