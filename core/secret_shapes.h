// Keys that can be told by their own shape: how services begin theirs, what characters follow and
// how many. Knows nothing of names or files. Pure functions, linear.
#pragma once

#include <cstddef>
#include <string_view>

namespace katra {

// The end of a key of a known shape that begins at byte `at` of `text`; `at` when there is none.
[[nodiscard]] size_t KeyShapeEnd(std::string_view text, size_t at);

// Whether `word` begins as the keys of known services do: "sk-", "AIza", "ghp_", "xoxb-", ….
[[nodiscard]] bool StartsLikeKey(std::string_view word);

}  // namespace katra
