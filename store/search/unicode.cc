#include "store/search/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <vector>

namespace katra::store::search {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Range {
  char32_t first;
  char32_t last;
};

// Sorted. Digits and punctuation inside the ranges are excluded by their category.
constexpr std::array kDenseRanges = {
    Range{0x0E00, 0x0EFF},    // Thai, Lao
    Range{0x1000, 0x109F},    // Myanmar
    Range{0x1100, 0x11FF},    // Hangul Jamo
    Range{0x1780, 0x17FF},    // Khmer
    Range{0x1950, 0x19DF},    // Tai Le, New Tai Lue
    Range{0x1A20, 0x1AAF},    // Tai Tham
    Range{0x3005, 0x3007},    // ideographic iteration mark, closing mark, zero
    Range{0x3040, 0x31BF},    // kana, Bopomofo, Hangul compatibility Jamo
    Range{0x31F0, 0x31FF},    // kana extensions
    Range{0x3400, 0x4DBF},    // Han, extension A
    Range{0x4E00, 0x9FFF},    // Han
    Range{0xA960, 0xA97F},    // Hangul Jamo, extended
    Range{0xA9E0, 0xA9FF},    // Myanmar, extended
    Range{0xAA60, 0xAADF},    // Myanmar, extended; Tai Viet
    Range{0xAC00, 0xD7FF},    // Hangul
    Range{0xF900, 0xFAFF},    // Han, compatibility
    Range{0xFF66, 0xFFDC},    // halfwidth kana and Hangul
    Range{0x1AFF0, 0x1B16F},  // kana supplements
    Range{0x20000, 0x3FFFF},  // Han, further extensions
};

bool IsDense(char32_t value) {
  if (value < kDenseRanges.front().first) return false;
  const auto* after =
      std::upper_bound(kDenseRanges.begin(), kDenseRanges.end(), value,
                       [](char32_t wanted, const Range& range) { return wanted < range.first; });
  return value <= std::prev(after)->last;
}

CharClass ClassifyAscii(char32_t value) {
  if (value >= 'a' && value <= 'z') return CharClass::kLower;
  if (value >= 'A' && value <= 'Z') return CharClass::kUpper;
  if (value >= '0' && value <= '9') return CharClass::kDigit;
  return CharClass::kOther;
}

bool IsAsciiWord(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return (c & 0x80) == 0; });
}

bool StaysInToken(char32_t value) {
  if (value >= 0x80) return true;
  const CharClass char_class = ClassifyAscii(value);
  return char_class == CharClass::kLower || char_class == CharClass::kDigit;
}

}  // namespace

CodePoint Decode(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t value = 0;
  const utf8proc_ssize_t bytes = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
      static_cast<utf8proc_ssize_t>(std::min<size_t>(4, text.size() - at)), &value);
  if (bytes <= 0) return {kReplacement, 1};
  return {static_cast<char32_t>(value), static_cast<size_t>(bytes)};
}

void AppendUtf8(char32_t value, std::string* out) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t size =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(value), bytes.data());
  out->append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(size));
}

CharClass Classify(char32_t value) {
  if (value < 0x80) return ClassifyAscii(value);
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(value))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return CharClass::kUpper;
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return IsDense(value) ? CharClass::kDense : CharClass::kLower;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::kDigit;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharClass::kExtend;
    case UTF8PROC_CATEGORY_CF:
      return value == 0x200B ? CharClass::kOther : CharClass::kExtend;  // zero width space
    case UTF8PROC_CATEGORY_SO:
      return value >= 0x2600 ? CharClass::kSymbol : CharClass::kOther;
    default:
      return CharClass::kOther;
  }
}

bool IsHan(char32_t value) {
  return (value >= 0x3400 && value <= 0x4DBF) || (value >= 0x4E00 && value <= 0x9FFF) ||
         (value >= 0xF900 && value <= 0xFAFF) || (value >= 0x20000 && value <= 0x3FFFF);
}

std::u32string Folded(std::string_view word) {
  constexpr auto kDecompose = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(word.data());
  const auto size = static_cast<utf8proc_ssize_t>(word.size());
  std::vector<utf8proc_int32_t> buffer(word.size() * 3 + 4);
  utf8proc_ssize_t length = utf8proc_decompose(
      bytes, size, buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()), kDecompose);
  if (length > static_cast<utf8proc_ssize_t>(buffer.size())) {
    buffer.resize(static_cast<size_t>(length));
    length = utf8proc_decompose(bytes, size, buffer.data(), length, kDecompose);
  }
  if (length < 0) return {};  // not UTF-8; cannot happen, callers pass what Decode accepted
  buffer.resize(static_cast<size_t>(length));
  std::erase_if(buffer, [](utf8proc_int32_t value) {
    return (value >= 0x0300 && value <= 0x036F) || !StaysInToken(static_cast<char32_t>(value));
  });
  // utf8proc writes a terminating zero after its output.
  buffer.push_back(0);
  length = utf8proc_normalize_utf32(buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size() - 1),
                                    kCompose);
  return {buffer.begin(), buffer.begin() + std::max<utf8proc_ssize_t>(length, 0)};
}

void AppendFolded(std::string_view word, std::string* out) {
  if (IsAsciiWord(word)) {
    for (char c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (StaysInToken(static_cast<char32_t>(c))) out->push_back(c);
    }
    return;
  }
  for (const char32_t value : Folded(word)) AppendUtf8(value, out);
}

}  // namespace katra::store::search
