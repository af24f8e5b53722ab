#include "render/bound.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "core/text.h"
#include "render/peer_text.h"

namespace katra::render {
namespace {

// An upper bound of the text's size as a JSON string: EscapeJsonText writes invisible characters
// and possible tag openers as \uXXXX, and characters above U+FFFF as two of them.
size_t EscapedBytes(std::string_view text) {
  size_t bytes = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0xF0) {
      bytes += 12;
    } else if (byte >= 0xC0) {
      bytes += 6;
    } else if (byte >= 0x80) {
      continue;  // counted with the character's first byte
    } else if (byte == '"' || byte == '\\' || byte == '\n' || byte == '\t') {
      bytes += 2;
    } else if (byte < 0x20 || byte == 0x7F || byte == '<' || byte == '[') {
      bytes += 6;
    } else {
      ++bytes;
    }
  }
  return bytes;
}

size_t ShareOfLine(size_t bytes) { return bytes * kAnswerBytes / kAnswerLineBytes; }

}  // namespace

size_t TextCost(std::string_view shown) {
  return std::max(shown.size(), ShareOfLine(EscapedBytes(shown)));
}

size_t JsonCost(std::string_view written) {
  return std::max(written.size(), ShareOfLine(EscapedBytes(written) + written.size()));
}

std::string_view FitText(std::string_view text, size_t budget,
                         const std::function<size_t(std::string_view)>& cost) {
  if (text.empty()) return text;
  // The displayed form is never shorter than the text.
  if (text.size() > budget) text = TruncateUtf8(text, std::max<size_t>(budget, 4));
  if (cost(text) <= budget) return text;
  size_t fits = 0;
  size_t too_long = text.size();
  while (too_long - fits > 1) {
    const size_t middle = fits + (too_long - fits) / 2;
    (cost(TruncateUtf8(text, middle)) <= budget ? fits : too_long) = middle;
  }
  const std::string_view fitting = TruncateUtf8(text, fits);
  if (!fitting.empty()) return fitting;
  size_t first = 1;
  while (first < text.size() && (static_cast<unsigned char>(text[first]) & 0xC0) == 0x80) ++first;
  return text.substr(0, first);
}

std::string_view FitBody(std::string_view text, size_t budget, bool as_json) {
  return FitText(text, budget, [as_json](std::string_view part) {
    return as_json ? JsonCost(JsonText(nlohmann::json(part))) : TextCost(FencedBody(part));
  });
}

}  // namespace katra::render
