// How much room text takes on a terminal. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra {

// Columns of valid UTF-8 without control characters: wide characters take two, combining ones none.
[[nodiscard]] size_t DisplayWidth(std::string_view text);

// As much from the start as fits into `columns`, never cutting a character off from its marks.
[[nodiscard]] std::string_view TruncateToWidth(std::string_view text, size_t columns);

}  // namespace katra
