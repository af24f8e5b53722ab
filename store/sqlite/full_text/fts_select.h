// Turns scored rows into a page of the best hits that the viewer may see. Knows no SQL; the callers
// know what a row is and who may see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "store/sqlite/full_text/fts_search.h"
#include "store/sqlite/full_text/search_reply.h"

namespace katra::store::sqlite::full_text {

// Counted exactly up to here; beyond, `total` is a lower bound.
inline constexpr int64_t kCountedHits = 300;

struct Selected {
  std::vector<size_t> rows;  // indices of FtsResult::rows, in their order
  bool all = true;           // every row was examined
};

// Calls `accept` for rows, best first, until enough are accepted: `counted` (see kCountedHits), and
// those of the page.
[[nodiscard]] Selected SelectRows(const FtsResult& result, int64_t counted, int limit, int offset,
                                  const std::function<bool(size_t row)>& accept);

// Sorts `reply.hits`, which holds all hits, by score and then newest first, sets the total, and
// cuts out the page.
void TakePage(int limit, int offset, SearchReply* reply);

struct Neighbour {
  size_t row = 0;    // of the FtsResult
  int64_t room = 0;  // or another stream in which texts follow each other
  int64_t id = 0;
  int64_t said_at = 0;  // milliseconds
};

// Scores the conversation around each row: for each term, the best score among nearby rows of the
// same room. Returns one score per neighbour, in their order. The rows must be precise.
[[nodiscard]] std::vector<double> ScoreConversations(const FtsResult& result,
                                                     const std::vector<Neighbour>& neighbours);

// Raises hits around which the query's words occur, by at most `share` of the best score.
// `neighbours[i]` belongs to (*hits)[i].
void BoostConversations(const FtsResult& result, const std::vector<Neighbour>& neighbours,
                        double share, std::vector<SearchHit>* hits);

}  // namespace katra::store::sqlite::full_text
