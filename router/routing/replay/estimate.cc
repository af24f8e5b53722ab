#include "router/routing/replay/estimate.h"

#include <algorithm>

namespace katra::router::routing::replay {

std::optional<Range> EstimateUsdMicros(const cost::TokenPrices& prices,
                                       const RecordedTokens& tokens, int64_t warm) {
  if (!prices.input || !prices.output) return std::nullopt;
  const double read = prices.cache_read.value_or(*prices.input);
  const double write = prices.cache_write.value_or(*prices.input);
  const double output = static_cast<double>(std::max<int64_t>(tokens.output, 0)) * *prices.output;
  const int64_t prompt = std::max<int64_t>(tokens.prompt, 0);
  const auto charge = [&](int64_t cached, double fresh_rate) {
    cached = std::clamp<int64_t>(cached, 0, prompt);
    return static_cast<double>(cached) * read + static_cast<double>(prompt - cached) * fresh_rate +
           output;
  };
  Range range;
  range.expected = charge(warm, write);
  // A price in the user's file may be anything, such as one of cached tokens above the others.
  range.low = std::min(range.expected,
                       charge(std::max(warm, tokens.cached), std::min(*prices.input, write)));
  range.high = std::max(range.expected, charge(0, std::max(*prices.input, write)));
  return range;
}

std::optional<Range> ColderUsdMicros(const cost::TokenPrices& prices, double then, int64_t cached,
                                     int64_t warm) {
  if (cached <= 0) return Range{then, then, then};
  if (!prices.input) return std::nullopt;
  const double more = std::max(
      0.0, prices.cache_write.value_or(*prices.input) - prices.cache_read.value_or(*prices.input));
  const auto lost = static_cast<double>(cached - std::clamp<int64_t>(warm, 0, cached));
  return Range{then, then + lost * more, then + static_cast<double>(cached) * more};
}

}  // namespace katra::router::routing::replay
