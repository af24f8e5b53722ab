#include "core/json_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/tag_names.h"
#include "core/tags.h"
#include "core/unicode.h"

namespace katra {
namespace {

bool IsPlain(char c) { return c >= 0x20 && c < 0x7F && c != '<' && c != '['; }

void AppendUnit(uint32_t unit, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out->append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) *out += kDigits[(unit >> shift) & 0xF];
}

void AppendEscape(uint32_t c, std::string* out) {
  if (c >= 0x10000) {
    AppendUnit(0xD800 + ((c - 0x10000) >> 10), out);
    c = 0xDC00 + ((c - 0x10000) & 0x3FF);
  }
  AppendUnit(c, out);
}

}  // namespace

std::string EscapeJsonText(std::string json) {
  const auto first =
      std::find_if_not(json.begin(), json.end(), [](char c) { return IsPlain(c) || c == '\n'; });
  if (first == json.end()) return json;
  const std::string_view text = json;
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  bool in_string = false;
  for (size_t at = 0; at < text.size();) {
    const char byte = text[at];
    if (in_string && byte == '\\') {
      out.append(text.substr(at, 2));
      at += 2;
      continue;
    }
    if (byte == '"') in_string = !in_string;
    if (!in_string || IsPlain(byte)) {
      out += byte;
      ++at;
      continue;
    }
    uint32_t c = 0;
    const size_t length = std::max<size_t>(DecodeUtf8(text.substr(at), &c), 1);
    const bool mark = IsSquareOpener(c) && BeginsInstruction(text.substr(at + length));
    if (IsControl(c) || IsLineBreak(c) || IsInvisible(c) || IsTagOpener(c) || mark) {
      AppendEscape(c, &out);
    } else {
      out.append(text.substr(at, length));
    }
    at += length;
  }
  return out;
}

}  // namespace katra
