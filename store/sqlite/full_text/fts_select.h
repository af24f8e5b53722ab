// From scored rows to a page of hits: the best first, as far as the viewer may see them. Knows no
// SQL; what a row is, and who may see it, its callers know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "store/sqlite/full_text/fts_search.h"
#include "store/sqlite/full_text/search_reply.h"

namespace katra::store::sqlite::full_text {

inline constexpr int64_t kCountedHits = 300;  // counted exactly; beyond these `total` is a floor

struct Selected {
  std::vector<size_t> rows;  // indices of FtsResult::rows, in their order
  bool all = true;           // every row was looked at
};

// Asks `accept` about rows from the best on, until enough are accepted to count and to show.
[[nodiscard]] Selected SelectRows(const FtsResult& result, int limit, int offset,
                                  const std::function<bool(size_t row)>& accept);

// Sorts by score, newest first among equals, and cuts out the page. `reply.hits` holds all hits.
void TakePage(int limit, int offset, SearchReply* reply);

struct Neighbour {
  size_t row = 0;  // of the FtsResult
  int64_t room = 0;
  int64_t id = 0;
  int64_t said_at = 0;  // milliseconds
};

// What each row's conversation says of the query: for each term the best score among the rows near
// by in its room. One score for each neighbour, in their order. Rows must be precise.
[[nodiscard]] std::vector<double> ScoreConversations(const FtsResult& result,
                                                     const std::vector<Neighbour>& neighbours);

}  // namespace katra::store::sqlite::full_text
