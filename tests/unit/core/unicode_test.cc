// What is invisible, and where it may stay.
#include "core/unicode.h"

#include <cstdio>
#include <string>
#include <vector>

#include "core/text.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

std::string Encode(uint32_t c) {
  std::string text;
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) {
    text = {static_cast<char>(0xC0 | (c >> 6))};
  } else if (c < 0x10000) {
    text = {static_cast<char>(0xE0 | (c >> 12)), static_cast<char>(0x80 | ((c >> 6) & 0x3F))};
  } else {
    text = {static_cast<char>(0xF0 | (c >> 18)), static_cast<char>(0x80 | ((c >> 12) & 0x3F)),
            static_cast<char>(0x80 | ((c >> 6) & 0x3F))};
  }
  return text + static_cast<char>(0x80 | (c & 0x3F));
}

std::string Escaped(uint32_t c) {
  char text[16];
  std::snprintf(text, sizeof text, "\\u{%x}", c);
  return text;
}

TEST_CASE("every control and invisible character is shown as an escape") {
  size_t seen = 0;
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if (!IsControl(c) && !IsInvisible(c)) continue;
    ++seen;
    const std::string text = "a" + Encode(c) + "b";
    CHECK(OneLine(text, 100) == "a" + Escaped(c) + "b");
    if (IsInvisible(c)) CHECK(Fence(text, "") == "a" + Escaped(c) + "b");
  }
  CHECK(seen > 4'000);
}

TEST_CASE("joiners and variation selectors stay where they do their work") {
  for (const std::string text : {"می\u200Cخواهم",                // Persian
                                 "क्\u200Dष न्\u200C",             // Devanagari
                                 "ന\u0D4D\u200D",                // Malayalam
                                 "❤\uFE0F ☺\uFE0E ©\uFE0F",      //
                                 "👨\u200D👩\u200D👧\u200D👦",       // a family
                                 "🏳\uFE0F\u200D🌈",         // a flag
                                 "👩🏽\u200D💻",           // with a skin tone
                                 "🤷\u200D♂\uFE0F",          //
                                 "1\uFE0F\u20E3 #\uFE0F\u20E3",  // keycaps
                                 "ᠮᠣᠩᠭᠣᠯ\u180B"}) {
    CHECK(Fence(text, "") == text);
    CHECK(OneLine(text, 200) == text);
  }
}

TEST_CASE("the same characters are escaped everywhere else") {
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"a\u200Db", "a\\u{200d}b"},
           {"1\uFE0Fa", "1\\u{fe0f}a"},
           {"❤\uFE0F\uFE0F", "❤\uFE0F\\u{fe0f}"},
           {"क्\u200D\u200D", "क्\u200D\\u{200d}"},
           {"👩\u200Da", "👩\\u{200d}a"},
           {"\u200D👩", "\\u{200d}👩"},
           {"葛\U000E0100", "葛\\u{e0100}"},
           {"🏴\U000E0067\U000E007F", "🏴\\u{e0067}\\u{e007f}"},
           {"a\u180B", "a\\u{180b}"}}) {
    CHECK(Fence(text, "") == shown);
  }
}

}  // namespace
}  // namespace katra
