// Shows text that others chose (declared in text.h): one pass over the characters replaces
// everything that could hide, move the cursor, break the layout or act as an instruction.
#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "core/tags.h"
#include "core/text.h"
#include "core/unicode.h"

namespace katra {
namespace {

void AppendEscaped(uint32_t c, std::string* out) {
  char escaped[16];
  std::snprintf(escaped, sizeof escaped, "\\u{%x}", c);
  out->append(escaped);
}

// Reads `text` character by character.
class Shower {
 public:
  explicit Shower(std::string_view text) : text_(text), tags_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }

  // Consumes a line break if it is next.
  bool TakeLineBreak() {
    uint32_t c = 0;
    const size_t length = DecodeUtf8(text_.substr(at_), &c);
    if (length == 0 || !IsLineBreak(c)) return false;
    const bool pair = c == '\r' && text_.substr(at_ + 1).starts_with('\n');
    at_ += pair ? 2 : length;
    context_.Pass('\n');
    return true;
  }

  // Appends the next character in its displayed form.
  void Show(bool keep_tabs, std::string* out) {
    const std::string_view rest = text_.substr(at_);
    uint32_t c = 0;
    size_t length = DecodeUtf8(rest, &c);
    if (length == 0) {  // not UTF-8: show the byte
      c = static_cast<uint8_t>(rest[0]);
      length = 1;
      AppendEscaped(c, out);
    } else if (c == '\t' && keep_tabs) {
      out->push_back('\t');
    } else if (IsControl(c) || IsLineBreak(c) ||
               (IsInvisible(c) && !context_.MayStay(c, rest.substr(length)))) {
      AppendEscaped(c, out);
    } else {
      const std::string_view instead = tags_.Replacement(c, at_);
      out->append(instead.empty() ? rest.substr(0, length) : instead);
    }
    context_.Pass(c);
    at_ += length;
  }

 private:
  std::string_view text_;
  TagFinder tags_;
  InvisibleContext context_;
  size_t at_ = 0;
};

}  // namespace

std::string OneLine(std::string_view text, size_t max_bytes) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '<' && c != '['; };
  if (text.size() <= max_bytes && std::all_of(text.begin(), text.end(), plain)) {
    return std::string(text);
  }
  std::string line;
  Shower shower(text);
  while (!shower.done()) {
    shower.Show(false, &line);
    if (line.size() > max_bytes) {
      constexpr std::string_view kEllipsis = "…";
      const size_t room = max_bytes > kEllipsis.size() ? max_bytes - kEllipsis.size() : 0;
      line.resize(TruncateUtf8(line, room).size());
      return line.append(kEllipsis);
    }
  }
  return line;
}

std::string Fence(std::string_view body, std::string_view prefix) {
  std::string fenced(prefix);
  Shower shower(body);
  while (!shower.done()) {
    if (shower.TakeLineBreak()) {
      fenced.append("\n").append(prefix);
    } else {
      shower.Show(true, &fenced);
    }
  }
  return fenced;
}

}  // namespace katra
