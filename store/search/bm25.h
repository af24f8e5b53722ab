// The ranking formula: BM25 over weighted columns (BM25F), one term at a time. Pure.
#pragma once

namespace katra::store::search {

// k1: how quickly repeated words stop adding to the score
inline constexpr double kSaturation = 1.2;
inline constexpr double kLengthShare = 0.75;  // b: how strongly scores are normalised by length

// `weight`: inverse document frequency x the term's own weight. `frequency`: occurrences of the
// term in the row, each weighted by its column. `length`: of the row, as a multiple of the average.
[[nodiscard]] inline double ScoreTerm(double weight, double frequency, double length) {
  if (frequency <= 0) return 0;
  const double saturation = kSaturation * (1 - kLengthShare + kLengthShare * length);
  return weight * frequency * (kSaturation + 1) / (frequency + saturation);
}

}  // namespace katra::store::search
