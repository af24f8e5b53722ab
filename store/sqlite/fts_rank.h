// katra_rank(): an auxiliary function of FTS5 that scores the rows of one query into a C++ vector.
// FTS5's own bm25() reads every term's whole list of rows first; this one is given the frequencies,
// so that a query touches only the rows it ranks. Knows columns and weights, not what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

struct sqlite3;

namespace katra::store::sqlite {

struct ScoredRow {
  int64_t id = 0;
  double score = 0;
};

// One query's work. The function appends to `rows`, in the order in which SQLite visits them.
struct RankJob {
  static constexpr const char* kPointerType = "katra_rank";

  std::vector<int> phrase_terms;      // for each phrase of the MATCH: its term, or -1 for none
  std::vector<double> term_weights;   // inverse document frequency x the term's own weight
  std::vector<double> column_weights;
  double k1 = 1.2;
  double b = 0.75;

  std::vector<ScoredRow> rows;
  // term_scores[row * terms + term]: what the term added to the row's score. Kept when asked for.
  bool keep_term_scores = false;
  std::vector<float> term_scores;

  // Worked out at the first row.
  double average_length = 0;
  std::vector<double> frequencies;
};

// Makes katra_rank(table, pointer to RankJob) known to the connection. Throws SQLite::Exception.
void RegisterRank(sqlite3* handle);

}  // namespace katra::store::sqlite
