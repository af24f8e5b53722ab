// katra_rank(), an auxiliary FTS5 function that collects, for the rows of one query, how often each
// contains each term. FTS5's own bm25() reads every term's whole list of rows before the first
// result; with this function a query touches only the rows that it ranks. Knows columns and weights
// but not their meaning, and no formula (see store/search/bm25.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/search/nearness.h"

struct sqlite3;

namespace katra::store::sqlite::full_text {

// Input and output of one query. The function appends to `ids` and `frequencies` in the order in
// which SQLite visits the rows, and returns nothing.
struct RankJob {
  static constexpr const char* kPointerType = "katra_rank";

  size_t terms = 0;
  std::vector<int> phrase_terms;       // for each phrase of the MATCH, its term, or -1 for none
  std::vector<double> column_weights;  // one per column
  // The columns that count for nearness: bit c for column c.
  unsigned near_columns = 0;

  std::vector<int64_t> ids;
  // frequencies[row * terms + term]: the sum of the column weights over all occurrences.
  std::vector<float> frequencies;
  // The first occurrences of terms in each row, in any order; the row's first is at
  // occurrence_starts[row].
  std::vector<search::Occurrence> occurrences;
  std::vector<size_t> occurrence_starts;
  double average_length = 0;  // of all rows, weighted by column; set at the first row
};

// Registers katra_rank(table, pointer to RankJob) with the connection. Throws SQLite::Exception.
void RegisterRank(sqlite3* handle);

}  // namespace katra::store::sqlite::full_text
