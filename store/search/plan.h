// Decides which terms of a query select rows, and which only add to the score of rows that others
// selected, so that the work is bounded however large the index and however common the words. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace katra::store::search {

struct WorkLimits {
  int64_t ranked_rows = 5'000;     // rows scored per query, approximately
  int64_t compared_rows = 40'000;  // rows visited to find those that contain several words
  int64_t few_rows = 200;          // if rare terms select fewer rows, common terms add some
  int64_t top_up_rows = 1'000;
};

// The rows that one MATCH expression selects.
struct Pass {
  // A row must have one of these terms …
  std::vector<size_t> wanted;
  // … and, if not empty, one of these.
  std::vector<size_t> also;
  // Selects the newest rows, at most `limit`; otherwise all rows, in order of ids.
  bool newest = false;
  int64_t limit = 0;
  // Skips rows that are more than this many ids older than the newest. 0: no limit.
  int64_t window = 0;
};

struct Plan {
  std::vector<Pass> passes;
  bool complete = true;  // every row with any of the terms is selected
};

// `documents[i]`: approximate number of rows with term i. `rows`: rows in the whole index.
[[nodiscard]] Plan MakePlan(const std::vector<int64_t>& documents, int64_t rows,
                            const WorkLimits& limits);

// The inverse document frequency of a term that `documents` of `rows` have.
[[nodiscard]] double InverseFrequency(int64_t documents, int64_t rows);

}  // namespace katra::store::search
