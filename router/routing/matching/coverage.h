// Which route each kind of task belongs to, from the task sense of the routes' own words.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "router/routing/matching/blend.h"
#include "router/routing/task_sense/sense.h"

namespace katra::router::routing {

class Coverage {
 public:
  using Tasks = std::array<double, task_sense::kTasks>;

  Coverage(size_t routes, const Blend& blend);

  void Describe(size_t route, const task_sense::Sense& description);
  // Call it once, after the last Describe.
  void Settle();

  // The probability of each route, and at the end that of "other"; they add up to one.
  [[nodiscard]] std::vector<double> Shares(const task_sense::Sense& request) const;
  // 0: the routes differ by kinds of software work; 1: they are about something else.
  [[nodiscard]] double foreign() const { return foreign_; }

 private:
  size_t routes_;
  Blend blend_;
  std::vector<Tasks> cover_;    // of each route: what its description is about
  std::vector<Tasks> belongs_;  // [route][task]: the share of the task that goes to the route
  double foreign_ = 0;
};

}  // namespace katra::router::routing
