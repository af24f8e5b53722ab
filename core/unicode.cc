#include "core/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "core/invisible_table.h"

namespace katra {
namespace {

constexpr uint32_t kNonJoiner = 0x200C;
constexpr uint32_t kJoiner = 0x200D;
constexpr uint32_t kTextForm = 0xFE0E;
constexpr uint32_t kEmojiForm = 0xFE0F;
constexpr uint32_t kKeycap = 0x20E3;

// Blocks of scripts that use joiners.
constexpr std::array<CodePointRange, 16> kJoiningBlocks = {{{0x0600, 0x08FF},
                                                            {0x0900, 0x0DFF},
                                                            {0x0F00, 0x109F},
                                                            {0x1700, 0x18AF},
                                                            {0x1900, 0x1AAF},
                                                            {0x1B00, 0x1C4F},
                                                            {0x1CD0, 0x1CFF},
                                                            {0xA840, 0xA87F},
                                                            {0xA8E0, 0xA8FF},
                                                            {0xA930, 0xA9FF},
                                                            {0xAA00, 0xAADF},
                                                            {0xABC0, 0xABFF},
                                                            {0xFB50, 0xFDFF},
                                                            {0xFE70, 0xFEFE},
                                                            {0x10A00, 0x10FFF},
                                                            {0x11000, 0x11FFF}}};

template <size_t kCount>
bool IsIn(const std::array<CodePointRange, kCount>& ranges, uint32_t c) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), c,
      [](uint32_t value, const CodePointRange& range) { return value < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

bool IsLetterOrMark(uint32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

bool IsPictograph(uint32_t c) {
  return c >= 0xA9 && utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->boundclass ==
                          UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool IsSkinTone(uint32_t c) { return c >= 0x1F3FB && c <= 0x1F3FF; }
bool IsKeycapBase(uint32_t c) { return (c >= '0' && c <= '9') || c == '#' || c == '*'; }
bool IsMongolianLetter(uint32_t c) { return c >= 0x1820 && c <= 0x18AA; }

uint32_t First(std::string_view text) {
  uint32_t c = 0;
  return !text.empty() && DecodeUtf8(text, &c) > 0 ? c : 0;
}

}  // namespace

size_t DecodeUtf8(std::string_view text, uint32_t* code_point) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) {
    *code_point = first;
    return 1;
  }
  size_t length = 0;
  uint32_t minimum = 0;
  uint32_t value = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, minimum = 0x80, value = first & 0x1FU;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, minimum = 0x800, value = first & 0x0FU;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, minimum = 0x10000, value = first & 0x07U;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  if (value < minimum || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
  *code_point = value;
  return length;
}

bool IsControl(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

bool IsLineBreak(uint32_t c) {
  return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool IsInvisible(uint32_t c) { return c >= 0xAD && IsIn(kInvisibleRanges, c); }

bool IsBlankCharacter(uint32_t c) {
  return c == ' ' || IsControl(c) || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool ShowsSomething(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    uint32_t c = 0;
    const size_t length = DecodeUtf8(text.substr(at), &c);
    if (length == 0) return true;
    // Controls are shown as escapes, so only tabs and line breaks count as blank.
    const bool moves = c == '\t' || IsLineBreak(c);
    const bool blank = moves || (IsBlankCharacter(c) && !IsControl(c)) || IsInvisible(c);
    if (!blank) return true;
    at += length;
  }
  return false;
}

std::string PlainLetters(std::string_view text) {
  struct Letter {
    uint32_t letter;
    std::string_view plain;
  };
  // Letters that Unicode does not decompose into a base letter and marks.
  static constexpr std::array<Letter, 18> kLetters = {{{0xC6, "Ae"},
                                                       {0xD0, "D"},
                                                       {0xD8, "O"},
                                                       {0xDE, "Th"},
                                                       {0xDF, "ss"},
                                                       {0xE6, "ae"},
                                                       {0xF0, "d"},
                                                       {0xF8, "o"},
                                                       {0xFE, "th"},
                                                       {0x110, "D"},
                                                       {0x111, "d"},
                                                       {0x126, "H"},
                                                       {0x127, "h"},
                                                       {0x131, "i"},
                                                       {0x141, "L"},
                                                       {0x142, "l"},
                                                       {0x152, "Oe"},
                                                       {0x153, "oe"}}};
  std::string plain;
  for (size_t at = 0; at < text.size();) {
    uint32_t c = 0;
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      plain += text[at++];
      continue;
    }
    const size_t length = DecodeUtf8(text.substr(at), &c);
    at += std::max<size_t>(length, 1);
    if (length == 0) {
      plain += '-';
      continue;
    }
    if (utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_MN) continue;
    const auto* known = std::find_if(kLetters.begin(), kLetters.end(),
                                     [c](const Letter& one) { return one.letter == c; });
    if (known != kLetters.end()) {
      plain += known->plain;
      continue;
    }
    std::array<utf8proc_int32_t, 8> parts{};
    int last_boundclass = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(c), parts.data(), parts.size(),
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_boundclass);
    plain += count > 0 && parts[0] < 0x80 ? static_cast<char>(parts[0]) : '-';
  }
  return plain;
}

bool InvisibleContext::MayStay(uint32_t c, std::string_view next) const {
  switch (c) {
    case kJoiner:
      if (emoji_) return IsPictograph(First(next));
      [[fallthrough]];
    case kNonJoiner:
      return IsIn(kJoiningBlocks, last_) && !IsInvisible(last_) && IsLetterOrMark(last_);
    case kEmojiForm:
      if (IsKeycapBase(last_)) return First(next) == kKeycap;
      [[fallthrough]];
    case kTextForm:
      return IsPictograph(last_);
    case 0x180B:
    case 0x180C:
    case 0x180D:
    case 0x180F:
      return IsMongolianLetter(last_);
    default:
      return false;
  }
}

void InvisibleContext::Pass(uint32_t c) {
  emoji_ = IsPictograph(c) || (emoji_ && (c == kEmojiForm || IsSkinTone(c)));
  last_ = c;
}

}  // namespace katra
