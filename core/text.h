// UTF-8 text: validation, truncation, near matches, and showing other people's text so that it
// cannot pass for anything else. Knows nothing of Katra's domain. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katra {

// Overlong forms, surrogates and values above U+10FFFF are invalid; NUL is valid.
[[nodiscard]] bool IsValidUtf8(std::string_view text);

// The longest prefix of at most `max_bytes` that does not split a character.
[[nodiscard]] std::string_view TruncateUtf8(std::string_view text, size_t max_bytes);

// The number of code points of valid UTF-8.
[[nodiscard]] size_t CountCodePoints(std::string_view text);

[[nodiscard]] std::string ToLowerAscii(std::string_view text);
[[nodiscard]] std::string_view Trim(std::string_view text);
[[nodiscard]] std::vector<std::string> Split(std::string_view text, char separator);
[[nodiscard]] std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`: the syntax of persona and room names.
[[nodiscard]] bool IsName(std::string_view text);

// Candidates that the user may have meant by `word`, nearest first: ignoring case, by edit distance
// (at most a third of the word, at least 1) or as a prefix.
[[nodiscard]] std::vector<std::string> NearestMatches(std::string_view word,
                                                      const std::vector<std::string>& candidates,
                                                      size_t limit = 3);

// All text that somebody else chose is shown through the next two functions, to models and on
// terminals. Control characters, invisible characters without a proper use (core/unicode.h) and
// invalid UTF-8 become `\u{1b}`; the first character of a tag is replaced (core/tags.h). Linear.

// On one line: line breaks and tabs become `\u{a}` too. Cut to `max_bytes`, with `…` at the end.
[[nodiscard]] std::string OneLine(std::string_view text, size_t max_bytes);

// On several lines, each beginning with `prefix`: every kind of line break starts a new line; tabs
// are kept.
[[nodiscard]] std::string Fence(std::string_view body, std::string_view prefix = "| ");

}  // namespace katra
