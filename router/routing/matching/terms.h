// The words, pieces of words and concepts of a text, each weighted by its rarity in the corpus.
#pragma once

#include <cstdint>
#include <vector>

#include "router/routing/task_sense/features.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing {

struct Term {
  uint32_t hash;
  float value;
};

// Normalised to length one, unless there are none.
std::vector<Term> TermsOf(const task_sense::Features& features, const task_sense::Weights& weights);

}  // namespace katra::router::routing
