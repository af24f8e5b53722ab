// How much a request shares with the words of the routes' descriptions: the cosine similarity of
// their terms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "router/routing/matching/terms.h"

namespace katra::router::routing {

class WordIndex {
 public:
  explicit WordIndex(size_t places) : places_(places) {}

  // Call it once for each place.
  void Describe(size_t place, const std::vector<Term>& terms);

  // 0 to 1, by place.
  [[nodiscard]] std::vector<double> Likeness(const std::vector<Term>& terms) const;

 private:
  struct Posting {
    uint32_t place;
    float value;
  };

  size_t places_;
  std::unordered_map<uint32_t, std::vector<Posting>> postings_;
};

}  // namespace katra::router::routing
