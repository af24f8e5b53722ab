// Letters as the features see them: lower case, without accents, in one width. Does not use
// core/unicode, which is exact but allocates per string; this is one table look-up per letter, and
// its errors do not matter here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace katra::router::routing::task_sense {

enum class LetterKind : uint8_t {
  kSeparator,
  kLetter,  // of a script that puts spaces between words
  kDigit,
  kIdeograph,  // Han, kana, Hangul: a letter says as much as a short word
  kNothing,    // a combining accent, a joiner: ignored
};

struct Letter {
  char32_t code = 0;  // lower-case, without its accent
  LetterKind kind = LetterKind::kSeparator;
};

// Returns the code point at `text[*at]` and moves `*at` past it. Invalid UTF-8 gives U+FFFD.
char32_t NextCodePoint(std::string_view text, size_t* at);

Letter Fold(char32_t code);

// The longest prefix (or suffix) of `text` that is at most `bytes` long and splits no code point.
std::string_view HeadOf(std::string_view text, size_t bytes);
std::string_view TailOf(std::string_view text, size_t bytes);

}  // namespace katra::router::routing::task_sense
