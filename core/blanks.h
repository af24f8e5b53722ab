// Collapses blanks in text that somebody else chose. In a table cell a run of blanks would look
// like the gap between columns, and the text after it like the next column.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// Replaces each run of blanks (spaces of every width, including no-break) by one space and trims
// both ends. `text` is valid UTF-8. Linear.
[[nodiscard]] std::string WithSingleBlanks(std::string_view text);

}  // namespace katra
