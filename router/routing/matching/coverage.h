// Which route each kind of task belongs to, from what the sense makes of the routes' words.
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
  // The place behind the last route is "other".
  void AddExample(size_t route, const task_sense::Sense& example);
  // To be called after the last of the above.
  void Settle();

  // How likely each route is, and at the end "other"; adds up to one.
  [[nodiscard]] std::vector<double> Shares(const task_sense::Sense& request) const;
  // 0: the routes are told apart by kinds of software work; 1: they are about something else.
  [[nodiscard]] double foreign() const { return foreign_; }

 private:
  struct Profile {
    Tasks sum{};
    double count = 0;
  };

  size_t routes_;
  Blend blend_;
  std::vector<Profile> profiles_;  // of each route, and of "other"
  std::vector<Tasks> belongs_;     // [place][task]: the share of the task that goes there
  double foreign_ = 0;
};

}  // namespace katra::router::routing
