// How much two texts say the same. Pure.
#pragma once

#include <string_view>

namespace katra::store::search {

// From here on, two texts say nearly the same: they differ in case, punctuation, or a few words.
inline constexpr double kNearlySame = 0.75;

// 0 (no two neighbouring words in common) to 1 (the same words in the same order): twice the number
// of common pairs of neighbouring words, divided by the number of all. Compares the first 16 KiB of
// each; texts of very different lengths are not alike.
[[nodiscard]] double Likeness(std::string_view a, std::string_view b);

}  // namespace katra::store::search
