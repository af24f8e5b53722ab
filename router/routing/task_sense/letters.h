// Letters as the features see them: small, without accents, in one width. Not core/unicode: that
// one is exact and an allocation a string; this one is a table look-up a letter, and errs where
// nobody notices.
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
  kNothing,    // an accent of its own, a joiner: as if it were not there
};

struct Letter {
  char32_t code = 0;  // lower-case, without its accent
  LetterKind kind = LetterKind::kSeparator;
};

// The code point at `text[*at]`, and moves `*at` behind it. A byte that is no UTF-8: U+FFFD.
char32_t NextCodePoint(std::string_view text, size_t* at);

Letter Fold(char32_t code);

// The longest beginning of `text` that is at most `bytes` long and cuts no letter; and the end.
std::string_view HeadOf(std::string_view text, size_t bytes);
std::string_view TailOf(std::string_view text, size_t bytes);

}  // namespace katra::router::routing::task_sense
