// Reads JSON Lines files from their end, for logs of which only the newest lines are shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra {

// Adds the complete lines of `text` to `lines`, newest first and each with its line break, until
// `lines` has `count`. A line is complete if it begins and ends like an object; a crash or a full
// disk may have truncated it.
void AddLinesFromEnd(std::string_view text, size_t count, std::vector<std::string>* lines);

// The lines of AddLinesFromEnd() in one text, oldest first.
[[nodiscard]] std::string OldestFirst(const std::vector<std::string>& lines);

}  // namespace katra
