// Characters: UTF-8 to code points and back, and which of them are invisible. The one definition of
// "invisible" for everything shown to a model or on a terminal. Knows nothing of Katra's domain.
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// Decodes the first character of `text` (not empty) and returns its length in bytes; 0 if it is not
// valid UTF-8 (overlong forms, surrogates and values above U+10FFFF are not).
[[nodiscard]] size_t DecodeUtf8(std::string_view text, uint32_t* code_point);

// C0 and C1 controls and DEL, including line breaks and tabs.
[[nodiscard]] bool IsControl(uint32_t c);

// Characters that some program treats as a line end: LF, VT, FF, CR, NEL, U+2028 and U+2029.
[[nodiscard]] bool IsLineBreak(uint32_t c);

// Characters that show nothing or only a blank but are neither spaces nor controls: Unicode's
// Default_Ignorable_Code_Point and General_Category Cf, and those that most fonts draw as a blank.
[[nodiscard]] bool IsInvisible(uint32_t c);

// Spaces of every width, controls and line breaks.
[[nodiscard]] bool IsBlankCharacter(uint32_t c);

// Whether `text` has a visible character: false if it has only blanks, tabs, line breaks and
// invisible characters. Linear.
[[nodiscard]] bool ShowsSomething(std::string_view text);

// Replaces Latin letters by plain ones (josé, Łukasz, Groß: jose, Lukasz, Gross) and each other
// non-ASCII character by one '-'.
[[nodiscard]] std::string PlainLetters(std::string_view text);

// Follows a text character by character and decides which invisible characters have a proper use
// where they are, and so may stay:
//  - U+200C and U+200D directly after a letter or mark of a script that uses them for joining
//    (Arabic, Syriac, the scripts of India and their neighbours, Mongolian, …);
//  - U+200D between two emoji;
//  - U+FE0E and U+FE0F directly after a character that has an emoji form, and U+FE0F in a keycap
//    such as 1️⃣;
//  - U+180B to U+180D and U+180F directly after a Mongolian letter.
class InvisibleContext {
 public:
  // Whether the invisible character `c` may stay here; `next` is the text after it.
  [[nodiscard]] bool MayStay(uint32_t c, std::string_view next) const;
  // Records that the scan has passed `c`, whether it was kept or replaced.
  void Pass(uint32_t c);

 private:
  uint32_t last_ = 0;
  bool emoji_ = false;  // the last character ends an emoji, with its modifiers
};

}  // namespace katra
