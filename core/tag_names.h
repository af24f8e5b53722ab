// Word lists for cases that a tag's shape does not decide: HTML elements and type names, which are
// left alone, and tags that steer models, which never are. Knows nothing of Katra's domain. Pure
// functions.
#pragma once

#include <string_view>

namespace katra {

// Whether `name` (lower case) is an HTML or SVG element that structures a page and means nothing to
// a model.
[[nodiscard]] bool IsHtmlName(std::string_view name);

// Whether `word` is a type name in code: a built-in type, a type parameter (a capital, alone or
// with a digit), uint8_t, or CamelCase. False for steering words.
[[nodiscard]] bool IsTypeWord(std::string_view word);

// Whether a tag of this name is known to steer models: system, user, tool, … Any case.
[[nodiscard]] bool IsSteeringWord(std::string_view word);

// Whether any part of a tag's name, separated by `-`, `.` or `:`, is a steering word. `name` is in
// lower case, with `_` replaced by `-`.
[[nodiscard]] bool IsSteeringName(std::string_view name);

// Whether the text after a `[` makes it a marker such as [INST], [/INST], [SYSTEM NOTE] or
// [System].
[[nodiscard]] bool BeginsInstruction(std::string_view text);

}  // namespace katra
