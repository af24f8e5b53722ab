// katra_rank(): an auxiliary function of FTS5 that gathers, for the rows of one query, how often
// each has each term. FTS5's own bm25() reads every term's whole list of rows before the first
// result; with this, a query touches only the rows it ranks. Knows columns and their weights, not
// what they mean, and no formula (see store/search/bm25.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

struct sqlite3;

namespace katra::store::sqlite::full_text {

// One query's work. The function appends to `ids` and `frequencies`, in the order in which SQLite
// visits the rows, and returns nothing.
struct RankJob {
  static constexpr const char* kPointerType = "katra_rank";

  size_t terms = 0;
  std::vector<int> phrase_terms;       // for each phrase of the MATCH: its term, or -1 for none
  std::vector<double> column_weights;  // one a column

  std::vector<int64_t> ids;
  // frequencies[row * terms + term]: the weights of the columns it stands in, once for each time.
  std::vector<float> frequencies;
  double average_length = 0;  // of all rows, weighted by column; known from the first row on
};

// Makes katra_rank(table, pointer to RankJob) known to the connection. Throws SQLite::Exception.
void RegisterRank(sqlite3* handle);

}  // namespace katra::store::sqlite::full_text
