#include "router/routing/matching/word_index.h"

namespace katra::router::routing {

void WordIndex::Describe(size_t place, const std::vector<Term>& terms) {
  for (const Term& term : terms) {
    postings_[term.hash].push_back({static_cast<uint32_t>(place), term.value});
  }
}

std::vector<double> WordIndex::Likeness(const std::vector<Term>& terms) const {
  std::vector<double> likeness(places_);
  for (const Term& term : terms) {
    const auto found = postings_.find(term.hash);
    if (found == postings_.end()) continue;
    for (const Posting& posting : found->second) {
      likeness[posting.place] += double{term.value} * double{posting.value};
    }
  }
  return likeness;
}

}  // namespace katra::router::routing
