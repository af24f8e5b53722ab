// How near to each other, and in which order, a text has the words of a query. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace katra::store::search {

// One occurrence of a word of the query in a text.
struct Occurrence {
  int32_t position = 0;  // in words from the beginning of the text
  int32_t term = 0;      // index into the weights
};

// The sum over the pairs of different words that follow each other in the text, each pair once: the
// weight of the lighter word, divided by the distance; less if the query has them in the other
// order. `places[t]`: where the query has term t; terms of the same place (a word and its synonyms)
// count as one word. Sorts the occurrences.
[[nodiscard]] double ScoreNearness(std::vector<Occurrence>* occurrences,
                                   const std::vector<double>& weights,
                                   const std::vector<int>& places);

}  // namespace katra::store::search
