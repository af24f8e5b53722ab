// What a full-text search found, whichever index it looked in.
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
  int64_t total = 0;            // hits in all, that the viewer may see
  bool total_is_floor = false;  // there may be more than `total`
  std::string note;             // for the reader: what limited the search; empty mostly
  int64_t rows_ranked = 0;      // how many rows were scored: the work done
};

}  // namespace katra::store::sqlite::full_text
