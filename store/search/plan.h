// Decides which terms of a query may bring rows in, and which only add to the score of rows that
// others brought: so that the work is bounded however large the index and however common the words.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace katra::store::search {

struct WorkLimits {
  int64_t ranked_rows = 5'000;     // scored for one query, about
  int64_t compared_rows = 40'000;  // walked through to find those that have several words
  int64_t few_rows = 200;          // so few rows of rare terms are topped up with common ones
  int64_t top_up_rows = 1'000;
};

// Rows that one MATCH expression brings in.
struct Pass {
  // A row must have one of these …
  std::vector<size_t> wanted;
  // … and, when not empty, one of these too.
  std::vector<size_t> also;
  // Newest rows first, at most `limit` of them; else every row, in the order of ids.
  bool newest = false;
  int64_t limit = 0;
  // Rows older than this many ids before the newest are left out. 0: none are.
  int64_t window = 0;
};

struct Plan {
  std::vector<Pass> passes;
  bool complete = true;  // every row that has any of the terms is brought in
};

// `documents[i]`: how many rows have term i, about. `rows`: of the whole index.
[[nodiscard]] Plan MakePlan(const std::vector<int64_t>& documents, int64_t rows,
                            const WorkLimits& limits);

// How much it says of a text that it has a term which `documents` of `rows` have.
[[nodiscard]] double InverseFrequency(int64_t documents, int64_t rows);

}  // namespace katra::store::search
