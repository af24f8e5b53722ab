// The ranking formula: BM25 over weighted columns (BM25F), one term at a time. Pure.
#pragma once

namespace katra::store::search {

inline constexpr double kSaturation = 1.2;    // k1: how soon more of the same word adds nothing
inline constexpr double kLengthShare = 0.75;  // b: how much a long text must have more of a word

// `weight`: inverse frequency x the term's own weight. `frequency`: how often the row has the term,
// each time weighted by its column. `length`: of the row, as a multiple of the average.
[[nodiscard]] inline double ScoreTerm(double weight, double frequency, double length) {
  if (frequency <= 0) return 0;
  const double saturation = kSaturation * (1 - kLengthShare + kLengthShare * length);
  return weight * frequency * (kSaturation + 1) / (frequency + saturation);
}

}  // namespace katra::store::search
