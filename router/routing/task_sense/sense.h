// What a request is about, as far as a small classifier can tell from its words: in microseconds,
// with no model and no network.
#pragma once

#include <array>
#include <string_view>

#include "router/routing/task_sense/attributes.h"
#include "router/routing/task_sense/features.h"
#include "router/routing/task_sense/weights.h"

namespace katra::router::routing::task_sense {

struct Sense {
  // How likely each of them is what is wanted; they add up to one. Without kFollowUp.
  std::array<float, kTasks> tasks{};
  float follow_up = 0;  // how likely the meaning stands in the turn before

  [[nodiscard]] float of(Attribute attribute) const {
    return attribute == Attribute::kFollowUp ? follow_up : tasks[Index(attribute)];
  }
};

Sense SenseOf(const Weights& weights, const Features& features);

// What is wanted of `turn`, a user's turn behind `before`: as far as it is a follow-up, both count.
Sense Behind(const Sense& turn, const Sense& before);

}  // namespace katra::router::routing::task_sense
