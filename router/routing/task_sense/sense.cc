#include "router/routing/task_sense/sense.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace katra::router::routing::task_sense {
namespace {

// How much of the turn before counts in a turn that is certainly a follow-up. From cross-validation
// of the corpus.
constexpr float kBefore = 1.0F;
constexpr float kLeast = 1e-4F;

void Normalise(std::array<float, kTasks>* tasks) {
  const float most = *std::max_element(tasks->begin(), tasks->end());
  float sum = 0;
  for (float& task : *tasks) {
    task = std::exp(task - most);
    sum += task;
  }
  for (float& task : *tasks) task /= sum;
}

}  // namespace

Sense SenseOf(const Weights& weights, const Features& features) {
  const auto scales = GroupScales(features);
  std::array<float, kAttributes> logits{};
  for (size_t group = 0; group < kGroups; ++group) {
    std::array<int32_t, kAttributes> sums{};
    for (const uint32_t hash : features.hashes[group]) {
      const int8_t* const row = weights.row(hash);
      for (size_t i = 0; i < kAttributes; ++i) sums[i] += row[i];
    }
    for (size_t i = 0; i < kAttributes; ++i) {
      logits[i] += scales[group] * static_cast<float>(sums[i]);
    }
  }
  Sense sense;
  for (size_t i = 0; i < kTasks; ++i) {
    sense.tasks[i] = logits[i] * weights.scale(i) + weights.bias(i);
  }
  Normalise(&sense.tasks);
  constexpr size_t kFollow = Index(Attribute::kFollowUp);
  const float follow = logits[kFollow] * weights.scale(kFollow) + weights.bias(kFollow);
  sense.follow_up = 1.0F / (1.0F + std::exp(-follow));
  return sense;
}

Sense Behind(const Sense& turn, const Sense& before) {
  Sense sense = turn;
  // The root: few turns are follow-ups, so the sense is slow to call one so.
  const float share = kBefore * std::sqrt(turn.follow_up);
  for (size_t i = 0; i < kTasks; ++i) {
    sense.tasks[i] = std::log(std::max(turn.tasks[i], kLeast)) +
                     share * std::log(std::max(before.tasks[i], kLeast));
  }
  Normalise(&sense.tasks);
  return sense;
}

}  // namespace katra::router::routing::task_sense
