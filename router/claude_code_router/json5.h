// JSON as people write it for claude-code-router 1.x and 2.x: with comments, trailing commas,
// single quotes and names without quotes. Knows nothing of the file's purpose.
#pragma once

#include <string>
#include <string_view>

namespace katra::router::claude_code_router {

// The same as strict JSON, with every value on its line. What is wrong otherwise stays wrong.
[[nodiscard]] std::string StrictJson(std::string_view text);

}  // namespace katra::router::claude_code_router
