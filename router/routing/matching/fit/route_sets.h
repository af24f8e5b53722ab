// Sets of routes made of the corpus, to fit the matcher's constants on: descriptions and requests
// that the weights have not seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/routing/matching/route_text.h"
#include "router/routing/task_sense/train/corpus.h"

namespace katra::router::routing::fit {

struct Request {
  std::string text;
  std::string previous;
  std::optional<size_t> route;  // none: other
};

struct RouteSet {
  std::vector<RouteText> routes;
  std::vector<Request> requests;
};

// `unseen`: the part of the corpus to draw from. With `examples` requests a route as its examples.
RouteSet DrawRouteSet(const std::vector<const task_sense::train::Example*>& unseen, size_t examples,
                      uint64_t seed);

}  // namespace katra::router::routing::fit
