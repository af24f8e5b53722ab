// Blanks in what somebody else chose: a run of them in a cell of a table would look like the gap to
// the next column, and what follows like that column's text.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// Valid UTF-8 with each run of blanks (spaces of every width, no-break ones too) as one space, and
// none at either end. Linear.
[[nodiscard]] std::string WithSingleBlanks(std::string_view text);

}  // namespace katra
