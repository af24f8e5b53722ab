// Unicode for the analyzer: decoding, character classes, and folding words to the form in which
// they are indexed. Pure functions; never fail on any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace katra::store::search {

struct CodePoint {
  char32_t value = 0;
  size_t bytes = 1;
};

// The character at `at` (< text.size()). A byte that does not begin a valid character is returned
// as U+FFFD of one byte.
[[nodiscard]] CodePoint Decode(std::string_view text, size_t at);

void AppendUtf8(char32_t value, std::string* out);

enum class CharClass {
  kOther,  // spaces, punctuation, controls, unassigned code points
  kLower,  // a letter that is not upper case, including scripts without case
  kUpper,
  kDigit,
  kExtend,  // a mark or an invisible character; belongs to the character before it
  kDense,   // a letter of Hangul or of a script written without spaces
  kSymbol,  // emoji and the like; each is a word
};

[[nodiscard]] CharClass Classify(char32_t value);

// Chinese characters, as opposed to kana, Thai, …
[[nodiscard]] bool IsHan(char32_t value);

// Appends `word` (valid UTF-8) folded: without compatibility forms, case and accents
// (U+0300..U+036F); marks of other scripts are kept. ASCII in the result is [0-9a-z] only.
void AppendFolded(std::string_view word, std::string* out);

// The same, one element per character.
[[nodiscard]] std::u32string Folded(std::string_view word);

}  // namespace katra::store::search
