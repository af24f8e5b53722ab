// The result of a full-text search in either index.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace katra::store::sqlite::full_text {

struct SearchHit {
  int64_t id = 0;
  double score = 0;  // larger is better; comparable within one reply; 0 without a query
};

struct SearchReply {
  std::vector<SearchHit> hits;  // best first, then newest first
  int64_t total = 0;            // number of all hits that the viewer may see
  bool total_is_floor = false;  // there may be more than `total`
  std::string note;             // what limited the search; usually empty
  int64_t rows_ranked = 0;      // number of rows scored, a measure of the work
};

}  // namespace katra::store::sqlite::full_text
