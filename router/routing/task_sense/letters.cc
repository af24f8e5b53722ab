#include "router/routing/task_sense/letters.h"

namespace katra::router::routing::task_sense {
namespace {

constexpr char32_t kBroken = 0xFFFD;

// U+00C0 to U+017F without their accents; a blank is no letter.
constexpr std::string_view kLatin =
    "aaaaaaaceeeeiiiidnooooo ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrr"
    "ssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

constexpr bool Within(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

Letter Separator(char32_t code) { return {code, LetterKind::kSeparator}; }
Letter Plain(char32_t code) { return {code, LetterKind::kLetter}; }

Letter FoldAscii(char32_t code) {
  if (Within(code, 'a', 'z')) return Plain(code);
  if (Within(code, 'A', 'Z')) return Plain(code + 32);
  if (Within(code, '0', '9')) return {code, LetterKind::kDigit};
  return Separator(code);
}

Letter FoldGreek(char32_t code) {
  switch (code) {
    case 0x386:
    case 0x3AC:
      return Plain(0x3B1);
    case 0x388:
    case 0x3AD:
      return Plain(0x3B5);
    case 0x389:
    case 0x3AE:
      return Plain(0x3B7);
    case 0x38A:
    case 0x3AF:
      return Plain(0x3B9);
    case 0x38C:
    case 0x3CC:
      return Plain(0x3BF);
    case 0x38E:
    case 0x3CD:
      return Plain(0x3C5);
    case 0x38F:
    case 0x3CE:
      return Plain(0x3C9);
    case 0x3C2:
      return Plain(0x3C3);
    case 0x37E:
    case 0x387:
      return Separator(code);
    default:
      return Plain(Within(code, 0x391, 0x3A9) ? code + 0x20 : code);
  }
}

Letter FoldCyrillic(char32_t code) {
  if (Within(code, 0x410, 0x42F)) return Plain(code + 0x20);
  if (code == 0x401 || code == 0x451) return Plain(0x435);  // people type е for ё
  if (Within(code, 0x400, 0x40F)) return Plain(code + 0x50);
  if (Within(code, 0x460, 0x52F)) return Plain(code | 1U);
  return Plain(code);
}

Letter FoldArabic(char32_t code) {
  if (Within(code, 0x660, 0x669)) return {code - 0x660 + '0', LetterKind::kDigit};
  if (Within(code, 0x6F0, 0x6F9)) return {code - 0x6F0 + '0', LetterKind::kDigit};
  if (Within(code, 0x64B, 0x65F) || code == 0x640 || code == 0x670) {
    return {code, LetterKind::kNothing};  // vowel marks and the stretching stroke
  }
  switch (code) {
    case 0x622:
    case 0x623:
    case 0x625:
      return Plain(0x627);
    case 0x649:
      return Plain(0x64A);
    case 0x629:
      return Plain(0x647);
    case 0x60C:
    case 0x61B:
    case 0x61F:
    case 0x6D4:
      return Separator(code);
    default:
      return Within(code, 0x66A, 0x66D) ? Separator(code) : Plain(code);
  }
}

bool Ideograph(char32_t code) {
  return Within(code, 0x3040, 0x30FF) || Within(code, 0x3400, 0x4DBF) ||
         Within(code, 0x4E00, 0x9FFF) || Within(code, 0xAC00, 0xD7A3) ||
         Within(code, 0x2E80, 0x2FDF) || Within(code, 0x31F0, 0x31FF) ||
         Within(code, 0xF900, 0xFAFF) || Within(code, 0x20000, 0x3134F);
}

bool Mark(char32_t code) {
  return Within(code, 0x300, 0x36F) || Within(code, 0x200B, 0x200F) || code == 0xFEFF ||
         code == 0xAD || Within(code, 0xFE00, 0xFE0F) || Within(code, 0x2060, 0x2064);
}

bool Punctuation(char32_t code) {
  return code < 0xC0 || Within(code, 0x2000, 0x2BFF) || Within(code, 0x3000, 0x303F) ||
         Within(code, 0xE000, 0xF8FF) || Within(code, 0xFE30, 0xFE6F) ||
         Within(code, 0xFF00, 0xFFFF) || code >= 0x1F000 || Within(code, 0x964, 0x965) ||
         Within(code, 0x2D0, 0x2FF);
}

}  // namespace

char32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&text](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&byte](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const size_t i = *at;
  const unsigned lead = byte(i);
  if (lead < 0x80) {
    *at = i + 1;
    return lead;
  }
  if (lead >= 0xC2 && lead < 0xE0 && tail(i + 1)) {
    *at = i + 2;
    return ((lead & 0x1FU) << 6U) | (byte(i + 1) & 0x3FU);
  }
  if (lead >= 0xE0 && lead < 0xF0 && tail(i + 1) && tail(i + 2)) {
    *at = i + 3;
    return ((lead & 0xFU) << 12U) | ((byte(i + 1) & 0x3FU) << 6U) | (byte(i + 2) & 0x3FU);
  }
  if (lead >= 0xF0 && lead < 0xF5 && tail(i + 1) && tail(i + 2) && tail(i + 3)) {
    *at = i + 4;
    return ((lead & 0x7U) << 18U) | ((byte(i + 1) & 0x3FU) << 12U) | ((byte(i + 2) & 0x3FU) << 6U) |
           (byte(i + 3) & 0x3FU);
  }
  *at = i + 1;
  return kBroken;
}

Letter Fold(char32_t code) {
  if (code < 0x80) return FoldAscii(code);
  if (Within(code, 0xC0, 0x17F)) {
    const char base = kLatin[code - 0xC0];
    return base == ' ' ? Separator(code) : Plain(static_cast<char32_t>(base));
  }
  if (Mark(code)) return {code, LetterKind::kNothing};
  if (Within(code, 0xFF01, 0xFF5E)) return FoldAscii(code - 0xFF00 + 0x20);  // full width
  if (Within(code, 0xFF66, 0xFF9F) || Ideograph(code)) return {code, LetterKind::kIdeograph};
  if (Punctuation(code)) return Separator(code);
  if (Within(code, 0x370, 0x3FF)) return FoldGreek(code);
  if (Within(code, 0x400, 0x52F)) return FoldCyrillic(code);
  if (Within(code, 0x600, 0x6FF)) return FoldArabic(code);
  if (Within(code, 0x966, 0x96F)) return {code - 0x966 + '0', LetterKind::kDigit};
  if (Within(code, 0x1E00, 0x1EFF)) return Plain(code | 1U);
  return Plain(code);
}

std::string_view HeadOf(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return text.substr(0, bytes);
}

std::string_view TailOf(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  size_t at = text.size() - bytes;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  return text.substr(at);
}

}  // namespace katra::router::routing::task_sense
