// What the analyzer needs to know of Unicode: decoding, the class of a character, and folding a
// word to the one form under which it is indexed. Pure functions; never fail on any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::store::search {

struct CodePoint {
  char32_t value = 0;
  size_t bytes = 1;
};

// The character at `at` (< text.size()). A byte that begins no valid character is U+FFFD, one byte.
[[nodiscard]] CodePoint Decode(std::string_view text, size_t at);

void AppendUtf8(char32_t value, std::string* out);

enum class CharClass {
  kOther,  // spaces, punctuation, controls, what is not assigned
  kLower,  // a letter, not upper-case (scripts without case too)
  kUpper,
  kDigit,
  kExtend,  // a mark or an invisible character: belongs to what is before it
  kDense,   // a letter of a script that is written without spaces, or of Hangul
  kSymbol,  // emoji and the like: a word by itself
};

[[nodiscard]] CharClass Classify(char32_t value);

// Chinese characters, as against kana, Thai, …
[[nodiscard]] bool IsHan(char32_t value);

// Appends `word`, valid UTF-8, folded: compatibility forms, case, and accents (U+0300..U+036F) are
// gone; the marks of other scripts stay. ASCII in the result is [0-9a-z] only.
void AppendFolded(std::string_view word, std::string* out);

// The same, one element a character.
[[nodiscard]] std::u32string Folded(std::string_view word);

}  // namespace katra::store::search
