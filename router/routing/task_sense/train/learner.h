// Fits the weights: a softmax over what a request wants, and a logistic one for "follow-up", by
// AdaGrad. The same examples in the same order give the same bytes, on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "router/routing/task_sense/features.h"
#include "router/routing/task_sense/train/corpus.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing::task_sense::train {

struct Settings {
  int epochs = 14;
  double rate = 0.2;
  double decay = 1e-4;  // of a weight, each time that a feature is seen
  float description_weight = 1.0F;
};

// `features[i]` are those of `examples[i].text`, read with `concepts`
// (ConceptTable).
WeightsParts Learn(const std::vector<const Example*>& examples,
                   const std::vector<const Features*>& features, const std::string& concepts,
                   const Settings& settings);

}  // namespace katra::router::routing::task_sense::train
