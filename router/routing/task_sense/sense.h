// Estimates what a request is about with a small classifier of its words: in microseconds, without
// a language model or a network.
#pragma once

#include <array>
#include <string_view>

#include "router/routing/task_sense/attributes.h"
#include "router/routing/task_sense/features.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing::task_sense {

struct Sense {
  // The probability that each task is what the user wants; they add up to one. Without kFollowUp.
  std::array<float, kTasks> tasks{};
  float follow_up = 0;  // the probability that the turn before is needed to understand it

  [[nodiscard]] float of(Attribute attribute) const {
    return attribute == Attribute::kFollowUp ? follow_up : tasks[Index(attribute)];
  }
};

Sense SenseOf(const Weights& weights, const Features& features);

// The sense of `turn`, a user's turn after `before`: the more it is a follow-up, the more `before`
// counts.
Sense Behind(const Sense& turn, const Sense& before);

}  // namespace katra::router::routing::task_sense
