// The local matchers of all personas. Each is made once for the persona's routes and the examples
// in HOME/router/taught.jsonl, and again when either changes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "router/policy/policy.h"
#include "router/routing/learning/line_file.h"
#include "router/routing/matching/local_matcher.h"
#include "router/routing/request_view.h"

namespace katra::router::gateway {

// Not thread-safe.
class RouteMatchers {
 public:
  // `warn` is called once if the file cannot be read.
  RouteMatchers(const std::string& home, std::function<void(const std::string&)> warn)
      : taught_file_(routing::learning::TaughtPath(home)), warn_(std::move(warn)) {}

  // The route of `persona` that matches the user's words. The result points into `persona`, which
  // must have routes. Making a matcher takes some milliseconds, a match less than one.
  [[nodiscard]] policy::Match Match(const PersonaConfig& persona,
                                    const routing::RequestView::UserTurns& words);

 private:
  struct Entry {
    std::vector<RoutePreference> routes;           // that the matcher was made from
    std::optional<routing::LocalMatcher> matcher;  // nullopt: it could not be made
  };
  void ReadTaught();
  Entry& Of(const PersonaConfig& persona);
  static constexpr size_t kMost = 200;

  routing::learning::LineFile taught_file_;
  std::function<void(const std::string&)> warn_;
  bool failing_ = false;
  std::vector<routing::learning::TaughtExample> taught_;
  std::unordered_map<std::string, Entry> entries_;  // by persona and project
};

}  // namespace katra::router::gateway
