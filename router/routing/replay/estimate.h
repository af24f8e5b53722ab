// What a recorded request would have cost at another model, with the uncertainty: its caches are
// not those that the request really met. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "router/routing/cost/money.h"

namespace katra::router::routing::replay {

// Millionths of a US dollar: at least, as expected, at most.
struct Range {
  double low = 0;
  double expected = 0;
  double high = 0;

  Range& operator+=(const Range& other) {
    low += other.low;
    expected += other.expected;
    high += other.high;
    return *this;
  }
};

struct RecordedTokens {
  int64_t prompt = 0;  // all of it, however it was charged
  int64_t cached = 0;  // of these, read from the cache of the model that really answered
  int64_t output = 0;
};

// At a model with `prices`, whose cache is expected to hold `warm` tokens of the prompt. Expected:
// the others are written to its cache. At least: the cache holds what the real one held, too, and
// nothing costs extra for being written. At most: it holds nothing. The numbers of tokens are taken
// to be the same. nullopt: a price is unknown.
[[nodiscard]] std::optional<Range> EstimateUsdMicros(const cost::TokenPrices& prices,
                                                     const RecordedTokens& tokens, int64_t warm);

// At the model that really answered, for `then`, with `cached` tokens from its cache, of which only
// `warm` would have been there. At least: it would have had them. At most: it would have had none.
[[nodiscard]] std::optional<Range> ColderUsdMicros(const cost::TokenPrices& prices, double then,
                                                   int64_t cached, int64_t warm);

}  // namespace katra::router::routing::replay
