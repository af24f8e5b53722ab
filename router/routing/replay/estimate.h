// Estimates what a recorded request would have cost on another model, with bounds, because that
// model's cache contents are unknown. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "router/routing/cost/money.h"

namespace katra::router::routing::replay {

// Millionths of a US dollar: lower bound, expected value, upper bound.
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
  int64_t prompt = 0;  // all of it, cached or not
  int64_t cached = 0;  // of these, read from the cache of the model that really answered
  int64_t output = 0;
};

// The cost on a model with `prices` whose cache is expected to hold `warm` tokens of the prompt.
// Expected: the other tokens are written to the cache. Lower bound: the cache also holds what the
// real one held, and writes cost nothing extra. Upper bound: it holds nothing. Assumes the same
// numbers of tokens. nullopt: a price is unknown.
[[nodiscard]] std::optional<Range> EstimateUsdMicros(const cost::TokenPrices& prices,
                                                     const RecordedTokens& tokens, int64_t warm);

// The cost on the model that really answered, which cost `then` with `cached` tokens from its
// cache, if only `warm` of them had been there. Lower bound: all of them; upper bound: none.
[[nodiscard]] std::optional<Range> ColderUsdMicros(const cost::TokenPrices& prices, double then,
                                                   int64_t cached, int64_t warm);

}  // namespace katra::router::routing::replay
