// How much a request shares with the routes' words and examples: the cosine similarity of their
// words and pieces of words, weighted by rarity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "router/routing/task_sense/features.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing {

// 0 to 1, by route; the last index is "other".
struct WordScores {
  std::vector<double> description;
  std::vector<double> nearest;  // of the examples
  std::vector<double> centre;   // of the examples' common direction
};

class WordIndex {
 public:
  explicit WordIndex(size_t places) : places_(places), examples_(places) {}

  void Describe(size_t place, const task_sense::Features& features,
                const task_sense::Weights& weights);
  void AddExample(size_t place, const task_sense::Features& features,
                  const task_sense::Weights& weights);

  [[nodiscard]] WordScores Scores(const task_sense::Features& features,
                                  const task_sense::Weights& weights) const;
  [[nodiscard]] size_t examples(size_t place) const { return examples_[place].size(); }

 private:
  struct Term {
    uint32_t hash;
    float value;
  };
  struct Posting {
    uint32_t text;
    float value;
  };

  static std::vector<Term> TermsOf(const task_sense::Features& features,
                                   const task_sense::Weights& weights);
  uint32_t Add(const task_sense::Features& features, const task_sense::Weights& weights);

  size_t places_;
  std::unordered_map<uint32_t, std::vector<Posting>> postings_;
  uint32_t texts_ = 0;
  std::vector<std::vector<uint32_t>> examples_;            // [place]: texts
  std::vector<std::pair<size_t, uint32_t>> descriptions_;  // place, text
};

}  // namespace katra::router::routing
