// The matchers of all personas' routes, each made once for a list of routes and what
// HOME/router/taught.jsonl adds to them.
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
  // `warn` is told once of a file that cannot be read.
  RouteMatchers(const std::string& home, std::function<void(const std::string&)> warn)
      : taught_file_(routing::learning::TaughtPath(home)), warn_(std::move(warn)) {}

  // The route of `persona` that fits the user's words, matched locally. Points into `persona`,
  // which has routes. Making a matcher takes some milliseconds, a match less than one.
  [[nodiscard]] policy::Match Match(const PersonaConfig& persona,
                                    const routing::RequestView::UserTurns& words);

 private:
  struct Entry {
    std::vector<RoutePreference> routes;           // of which the matcher was made
    std::optional<routing::LocalMatcher> matcher;  // none: it could not be made
  };
  void ReadTaught();
  Entry& Of(const PersonaConfig& persona);
  static constexpr size_t kMost = 200;

  routing::learning::LineFile taught_file_;
  std::function<void(const std::string&)> warn_;
  bool failing_ = false;
  std::vector<routing::learning::TaughtExample> taught_;
  std::unordered_map<std::string, Entry> entries_;  // by persona
};

}  // namespace katra::router::gateway
