#include "router/routing/cost/money.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace katra::router::routing::cost {

std::string FormatUsd(double usd_micros) {
  const double usd = std::abs(usd_micros) / 1e6;
  if (usd > 0 && usd < 0.0001) return "less than $0.0001";
  std::array<char, 340> text{};
  const bool cents = usd <= 0 || usd >= 0.09995;
  (void)std::snprintf(text.data(), text.size(), cents ? "$%.2f" : "$%.4f", usd);
  return usd_micros < 0 ? "-" + std::string(text.data()) : text.data();
}

}  // namespace katra::router::routing::cost
