// Names that decide where a tag's shape alone does not: of HTML's elements and of types, which
// stay as they are, and of tags that steer models, which never do. Knows nothing of Katra's domain.
// Pure functions.
#pragma once

#include <string_view>

namespace katra {

// An element of HTML or SVG that structures a page and means nothing to a model; in lower case.
[[nodiscard]] bool IsHtmlName(std::string_view name);

// A type as written in code: of a language's own, a type parameter such as T or K2, uint8_t, or
// CamelCase; never a steering word.
[[nodiscard]] bool IsTypeWord(std::string_view word);

// A word that is known to steer models when it names a tag: system, user, tool, …; in any case.
[[nodiscard]] bool IsSteeringWord(std::string_view word);

// Whether a part of a tag's name is such a word; parts are parted by `-`, `.` and `:`. `name` is in
// lower case with `_` as `-`.
[[nodiscard]] bool IsSteeringName(std::string_view name);

// Whether the text behind a `[` makes it a mark such as [INST], [/INST], [SYSTEM NOTE] or [System].
[[nodiscard]] bool BeginsInstruction(std::string_view text);

}  // namespace katra
