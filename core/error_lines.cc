#include "core/error_lines.h"

#include <algorithm>

#include "core/text.h"

namespace katra {

std::string ErrorLines(std::string_view message) {
  while (!message.empty() && (message.back() == '\n' || message.back() == '\r')) {
    message.remove_suffix(1);
  }
  const bool plain = std::all_of(message.begin(), message.end(),
                                 [](char c) { return c >= ' ' && c < '\x7f' && c != '<'; });
  if (plain) return std::string(message);
  const std::string shown = Fence(message, "");
  std::string lines;
  lines.reserve(shown.size());
  for (size_t at = 0; at < shown.size(); ++at) {
    lines += shown[at];
    if (shown[at] == '\n' && at + 1 < shown.size() && shown[at + 1] != ' ') lines += "  ";
  }
  while (!lines.empty() && lines.back() == '\n') lines.pop_back();
  return lines;
}

}  // namespace katra
