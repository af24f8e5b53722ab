#include "router/routing/matching/terms.h"

#include <algorithm>
#include <cmath>

namespace katra::router::routing {
namespace {

using task_sense::Group;

constexpr float kPieceShare = 1.0F;    // what a piece counts beside a word
constexpr float kMeaningShare = 1.0F;  // what a meaning does
constexpr float kCommon = 1.0F;        // rarity below which a word says nothing of a route

}  // namespace

std::vector<Term> TermsOf(const task_sense::Features& features,
                          const task_sense::Weights& weights) {
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

}  // namespace katra::router::routing
