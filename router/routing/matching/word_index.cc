#include "router/routing/matching/word_index.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace katra::router::routing {
namespace {

using task_sense::Features;
using task_sense::Group;
using task_sense::Weights;

constexpr float kPieceShare = 0.5F;    // what a piece counts beside a word
constexpr float kMeaningShare = 2.0F;  // what a meaning does
constexpr float kCommon = 0.3F;        // rarity below which a word says nothing of a route

}  // namespace

std::vector<WordIndex::Term> WordIndex::TermsOf(const Features& features, const Weights& weights) {
  std::vector<Term> terms;
  terms.reserve(features.of(Group::kWords).size() + features.of(Group::kPieces).size());
  float square = 0;
  for (const auto group : {Group::kWords, Group::kPieces, Group::kConcepts}) {
    const float share = group == Group::kPieces     ? kPieceShare
                        : group == Group::kConcepts ? kMeaningShare
                                                    : 1.0F;
    for (const uint32_t hash : features.of(group)) {
      const float rarity = weights.RarityOf(hash) - kCommon;
      if (rarity <= 0) continue;
      terms.push_back({hash, share * rarity});
      square += terms.back().value * terms.back().value;
    }
  }
  const float length = std::sqrt(std::max(square, 1e-9F));
  for (Term& term : terms) term.value /= length;
  return terms;
}

uint32_t WordIndex::Add(const Features& features, const Weights& weights) {
  const uint32_t text = texts_++;
  for (const Term& term : TermsOf(features, weights)) {
    postings_[term.hash].push_back({text, term.value});
  }
  return text;
}

void WordIndex::Describe(size_t place, const Features& features, const Weights& weights) {
  descriptions_.emplace_back(place, Add(features, weights));
}

void WordIndex::AddExample(size_t place, const Features& features, const Weights& weights) {
  examples_[place].push_back(Add(features, weights));
}

WordScores WordIndex::Scores(const Features& features, const Weights& weights) const {
  std::vector<float> likeness(texts_);
  for (const Term& term : TermsOf(features, weights)) {
    const auto found = postings_.find(term.hash);
    if (found == postings_.end()) continue;
    for (const Posting& posting : found->second) {
      likeness[posting.text] += term.value * posting.value;
    }
  }
  WordScores scores;
  scores.description.resize(places_);
  scores.nearest.resize(places_);
  scores.centre.resize(places_);
  for (const auto& [place, text] : descriptions_) {
    scores.description[place] = std::max<double>(scores.description[place], likeness[text]);
  }
  for (size_t place = 0; place < places_; ++place) {
    double sum = 0;
    for (const uint32_t text : examples_[place]) {
      sum += likeness[text];
      scores.nearest[place] = std::max<double>(scores.nearest[place], likeness[text]);
    }
    const auto count = static_cast<double>(examples_[place].size());
    if (count > 0) scores.centre[place] = sum / std::sqrt(count);
  }
  return scores;
}

}  // namespace katra::router::routing
