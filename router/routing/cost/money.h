// Amounts of money and prices of tokens, as routing counts them. Knows no table of prices.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace katra::router::routing::cost {

// A model's prices in US dollars per million tokens, which is micro-dollars per token. Unset:
// unknown.
struct TokenPrices {
  std::optional<double> input;
  std::optional<double> output;
  std::optional<double> cache_read;
  std::optional<double> cache_write;
};

// For people: "$0.41", "$12.30", below ten cents "$0.0042", "less than $0.0001". Negative amounts
// have their sign first: "-$0.41".
[[nodiscard]] std::string FormatUsd(double usd_micros);

}  // namespace katra::router::routing::cost
