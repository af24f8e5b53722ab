#include "router/claude_code_router/json5.h"

#include <algorithm>
#include <cstddef>

namespace katra::router::claude_code_router {
namespace {

// Copies a text in quotes as a JSON string; returns where it ends.
size_t CopyText(std::string_view text, size_t at, std::string* out) {
  const char quote = text[at++];
  *out += '"';
  while (at < text.size() && text[at] != quote && text[at] != '\n') {
    if (text[at] == '\\' && at + 1 < text.size()) {
      if (text[at + 1] != '\'') *out += '\\';
      *out += text[at + 1];
      at += 2;
    } else {
      if (text[at] == '"') *out += '\\';
      *out += text[at++];
    }
  }
  if (at < text.size() && text[at] == quote) {
    *out += '"';
    return at + 1;
  }
  return at;  // not closed: strict JSON says so
}

// Skips a comment and keeps its line ends; returns where it ends, or `at` if there is none.
size_t SkipComment(std::string_view text, size_t at, std::string* out) {
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) != "/*") return at;
  const size_t close = text.find("*/", at + 2);
  const size_t end = close == std::string_view::npos ? text.size() : close + 2;
  *out += std::string(
      static_cast<size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                     text.begin() + static_cast<std::ptrdiff_t>(end), '\n')),
      '\n');
  return end;
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

}  // namespace

std::string StrictJson(std::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = CopyText(text, at, &out);
    } else if (const size_t after = SkipComment(text, at, &out); after != at) {
      at = after;
    } else if (c == '}' || c == ']') {
      const size_t last = out.find_last_not_of(" \t\r\n");
      if (last != std::string::npos && out[last] == ',') out[last] = ' ';
      out += c;
      ++at;
    } else if (IsWordByte(c)) {
      size_t end = at;
      while (end < text.size() && IsWordByte(text[end])) ++end;
      const size_t next = text.find_first_not_of(" \t", end);
      const bool name = (c < '0' || c > '9') && next != std::string_view::npos && text[next] == ':';
      const std::string word(text.substr(at, end - at));
      out += name ? '"' + word + '"' : word;
      at = end;
    } else {
      out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace katra::router::claude_code_router
