// How well the sense does on what it has not seen: the corpus in five parts, each judged by weights
// of the other four. What the settings and the constants of the matcher were chosen by.
#pragma once

#include <vector>

#include "router/routing/task_sense/train/corpus.h"
#include "router/routing/task_sense/train/learner.h"

namespace katra::router::routing::task_sense::train {

// Prints accuracy by file and by label, and the log loss.
void CrossValidate(const std::vector<Example>& examples, const std::vector<Features>& features,
                   const std::string& concepts, const Settings& settings);

}  // namespace katra::router::routing::task_sense::train
