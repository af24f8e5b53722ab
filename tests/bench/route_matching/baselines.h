// What a matcher without prior knowledge reaches: BM25 and character n-grams over the routes'
// words.
#pragma once

#include <vector>

#include "router/routing/matching/route_text.h"
#include "tests/bench/route_matching/score.h"

namespace katra::testing {

// A route's description and examples are one document. "Other" if nothing matches.
Matcher Bm25(const std::vector<router::routing::RouteText>& routes);
// Cosine of pieces of three to five bytes, against a route's description and examples together.
Matcher NGrams(const std::vector<router::routing::RouteText>& routes);

}  // namespace katra::testing
