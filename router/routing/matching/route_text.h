// Inputs and results of the matchers, which assign requests to routes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router::routing {

// A route as its words describe it.
struct RouteText {
  std::string name;
  std::string description;
  std::vector<std::string> examples;  // requests that belong to it
};

// A request that belongs to a route (its index); nullopt: to no route. Borrowed.
struct RouteExample {
  std::optional<size_t> route;
  std::string_view text;
};

// What the user typed last, and the user's turn before it (empty: none). Borrowed.
struct UserTurn {
  std::string_view text;
  std::string_view previous;
};

struct RouteMatch {
  std::optional<size_t> route;  // its index; nullopt: "other", no route matches
  double score = 0;             // how likely this result (also "other") is right, 0 to 1
  // The probability of each route, by its index, and at the end that of "other"; they add up to
  // one.
  std::vector<double> scores;
};

}  // namespace katra::router::routing
