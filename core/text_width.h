// Width of text on a terminal. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra {

// Columns of valid UTF-8 without control characters: wide characters count two, combining ones
// none.
[[nodiscard]] size_t DisplayWidth(std::string_view text);

// The longest prefix that fits into `columns` without separating a character from its combining
// marks.
[[nodiscard]] std::string_view TruncateToWidth(std::string_view text, size_t columns);

}  // namespace katra
