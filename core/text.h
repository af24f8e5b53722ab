// Text as bytes of UTF-8: checks, shortening, near matches, and showing what others wrote without
// letting it pass for anything else. Knows nothing of Katra's domain. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katra {

// No NUL check; overlong forms, surrogates and values past U+10FFFF are invalid.
[[nodiscard]] bool IsValidUtf8(std::string_view text);

// At most `max_bytes`, never cutting a character.
[[nodiscard]] std::string_view TruncateUtf8(std::string_view text, size_t max_bytes);

// Code points of valid UTF-8.
[[nodiscard]] size_t CountCodePoints(std::string_view text);

[[nodiscard]] std::string ToLowerAscii(std::string_view text);
[[nodiscard]] std::string_view Trim(std::string_view text);
[[nodiscard]] std::vector<std::string> Split(std::string_view text, char separator);
[[nodiscard]] std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`: the form of persona and room names.
[[nodiscard]] bool IsName(std::string_view text);

// The candidates that a reader may have meant by `word`, nearest first: without regard to case, by
// edit distance (at most a third of the word, at least 1) or as a prefix.
[[nodiscard]] std::vector<std::string> NearestMatches(std::string_view word,
                                                      const std::vector<std::string>& candidates,
                                                      size_t limit = 3);

// The next two are how everything that somebody else chose is shown, to a model as on a terminal.
// Control characters, invisible characters where they do no proper work (core/unicode.h) and bytes
// that are no UTF-8 become `\u{1b}`; the first character of a tag is replaced (core/tags.h).
// Linear.

// One line that cannot break a layout: line breaks and tabs are shown as `\u{a}`, too; cut to
// `max_bytes` with `…` at the end.
[[nodiscard]] std::string OneLine(std::string_view text, size_t max_bytes);

// Several lines, each begun with `prefix`: every kind of line break starts a new line; a tab stays.
[[nodiscard]] std::string Fence(std::string_view body, std::string_view prefix = "| ");

}  // namespace katra
