#include "core/json_write.h"

#include <optional>

namespace katra {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void AppendUtf8(std::string& out, uint32_t code) {
  const auto byte = [&out](uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// The value of the four hex digits of the \uXXXX whose backslash is at `at`.
std::optional<uint32_t> CodeUnit(std::string_view text, size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  uint32_t unit = 0;
  for (size_t i = at + 2; i < at + 6; ++i) {
    const char c = text[i];
    uint32_t digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

// Decodes the \uXXXX at `at`, with its low surrogate if there is one. Returns the bytes used, 0 if
// it is malformed.
size_t AppendUnicodeEscape(std::string& out, std::string_view text, size_t at) {
  const auto unit = CodeUnit(text, at);
  if (!unit) return 0;
  if (*unit < 0xD800 || *unit > 0xDFFF) {
    AppendUtf8(out, *unit);
    return 6;
  }
  const auto low = *unit < 0xDC00 ? CodeUnit(text, at + 6) : std::nullopt;
  if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
    AppendUtf8(out, 0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00));
    return 12;
  }
  out += kReplacement;
  return 6;
}

char SimpleEscape(char kind) {
  switch (kind) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
    case '/':
      return kind;
    default:
      return '\0';
  }
}

// The short escape of a byte that must be escaped in a string; 0: use \u00XX.
char EscapeOf(char c) {
  switch (c) {
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '"':
    case '\\':
      return c;
    default:
      return '\0';
  }
}

bool NeedsEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

void AppendJsonEscaped(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  size_t plain = 0;  // start of the run that needs no escaping
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!NeedsEscape(c)) continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    out.push_back('\\');
    if (const char escape = EscapeOf(c); escape != '\0') {
      out.push_back(escape);
    } else {
      const auto value = static_cast<unsigned char>(c);
      out += "u00";
      out.push_back(kHex[value >> 4U]);
      out.push_back(kHex[value & 0xFU]);
    }
  }
  out.append(text.substr(plain));
}

void AppendJsonString(std::string& out, std::string_view text) {
  out.push_back('"');
  AppendJsonEscaped(out, text);
  out.push_back('"');
}

std::string UnescapeJson(std::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  size_t i = 0;
  while (i < escaped.size()) {
    const size_t backslash = escaped.find('\\', i);
    if (backslash == std::string_view::npos || backslash + 1 >= escaped.size()) {
      text.append(escaped.substr(i));
      break;
    }
    text.append(escaped.substr(i, backslash - i));
    i = backslash;
    if (const char simple = SimpleEscape(escaped[i + 1]); simple != '\0') {
      text.push_back(simple);
      i += 2;
    } else if (const size_t used = AppendUnicodeEscape(text, escaped, i); used > 0) {
      i += used;
    } else {
      text.push_back(escaped[i++]);
    }
  }
  return text;
}

void JsonWriter::Separate() {
  if (comma_) out_.push_back(',');
  comma_ = true;
}

JsonWriter& JsonWriter::Open(char bracket) {
  Separate();
  out_.push_back(bracket);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  Separate();
  out_.push_back('"');
  out_.append(key);
  out_ += "\":";
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::TextKey(std::string_view key) {
  Separate();
  AppendJsonString(out_, key);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  Separate();
  AppendJsonString(out_, text);
  return *this;
}

JsonWriter& JsonWriter::RawString(std::string_view escaped) {
  Separate();
  out_.push_back('"');
  out_.append(escaped);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Separate();
  out_.append(json);
  return *this;
}

JsonWriter& JsonWriter::Integer(int64_t value) {
  Separate();
  out_ += std::to_string(value);
  return *this;
}

std::string& JsonWriter::Place() {
  Separate();
  return out_;
}

}  // namespace katra
