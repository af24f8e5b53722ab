// Recognises keys by their shape: the prefix that a service uses, and the characters and length of
// the rest. Knows nothing of names or files. Pure functions, linear.
#pragma once

#include <cstddef>
#include <string_view>

namespace katra {

// If a key of a known shape begins at byte `at` of `text`, its end; otherwise `at`.
[[nodiscard]] size_t KeyShapeEnd(std::string_view text, size_t at);

// Whether `word` begins like the keys of known services: "sk-", "AIza", "ghp_", "xoxb-", ….
[[nodiscard]] bool StartsLikeKey(std::string_view word);

}  // namespace katra
