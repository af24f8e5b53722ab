// Characters: UTF-8 to code points and back, and which of them show nothing. The one definition of
// "invisible" that everything shown to a model or on a terminal is held to. Knows nothing of
// Katra's domain. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// Decodes the character at the start of `text`, which is not empty; returns its length in bytes, 0
// when it is not UTF-8 (overlong forms, surrogates and values past U+10FFFF are not).
[[nodiscard]] size_t DecodeUtf8(std::string_view text, uint32_t* code_point);

// C0 and C1 controls and DEL, line breaks and tabs included.
[[nodiscard]] bool IsControl(uint32_t c);

// What some program takes for the end of a line: LF, VT, FF, CR, NEL, U+2028 and U+2029.
[[nodiscard]] bool IsLineBreak(uint32_t c);

// Shows nothing, or only a blank, though it is neither a space nor a control: Unicode's
// Default_Ignorable_Code_Point and General_Category Cf, and what most fonts draw as a blank.
[[nodiscard]] bool IsInvisible(uint32_t c);

// Spaces of every width, controls and line breaks.
[[nodiscard]] bool IsBlankCharacter(uint32_t c);

// Whether anything of `text` can be seen: not when it has only blanks, tabs, line breaks and
// invisible characters. Linear.
[[nodiscard]] bool ShowsSomething(std::string_view text);

// `text` with Latin letters as plain ones (josé, Łukasz, Groß: jose, Lukasz, Gross); each other
// character beyond ASCII as one '-'.
[[nodiscard]] std::string PlainLetters(std::string_view text);

// Follows a text character by character and says which of the invisible ones do their proper work
// where they stand, so that they may stay:
//  - U+200C and U+200D directly after a letter or mark of a script that joins letters by them
//    (Arabic, Syriac, the scripts of India and their neighbours, Mongolian, …);
//  - U+200D between two emoji;
//  - U+FE0E and U+FE0F directly after a character that has an emoji form, and U+FE0F in a keycap
//    such as 1️⃣;
//  - U+180B to U+180D and U+180F directly after a Mongolian letter.
class InvisibleContext {
 public:
  // Whether the invisible `c` may stay here; `next`: the text behind it.
  [[nodiscard]] bool MayStay(uint32_t c, std::string_view next) const;
  // Tells that `c` was passed, whatever became of it.
  void Pass(uint32_t c);

 private:
  uint32_t last_ = 0;
  bool emoji_ = false;  // an emoji, with its modifiers, ends here
};

}  // namespace katra
