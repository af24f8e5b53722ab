// The labelled requests of tests/data/routing: {"routes": [{name, description, examples}],
// "requests":
// [{text, route (or "other"), lang, kind, context}]}. Written apart from the corpus; only measured
// on, never fitted to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "router/routing/matching/route_text.h"

namespace katra::testing {

struct LabelledRequest {
  std::string text;
  std::string previous;
  std::string language;
  std::string kind;
  std::optional<size_t> route;  // none: other
};

struct TestSet {
  std::vector<router::routing::RouteText> routes;
  std::vector<LabelledRequest> requests;

  // The same without the examples.
  [[nodiscard]] std::vector<router::routing::RouteText> Described() const;
};

// Throws what nlohmann/json throws if the file is not as above.
TestSet ReadTestSet(const std::string& path);

}  // namespace katra::testing
