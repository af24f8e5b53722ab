#include "core/json_lines.h"

namespace katra {

void AddLinesFromEnd(std::string_view text, size_t count, std::vector<std::string>* lines) {
  size_t end = text.size();
  while (end > 0 && lines->size() < count) {
    const size_t feed = text.rfind('\n', end - 1);
    const size_t begin = feed == std::string_view::npos ? 0 : feed + 1;
    const std::string_view line = text.substr(begin, end - begin);
    if (line.size() > 1 && line.front() == '{' && line.back() == '}') {
      lines->push_back(std::string(line) + "\n");
    }
    end = feed == std::string_view::npos ? 0 : feed;
  }
}

std::string OldestFirst(const std::vector<std::string>& lines) {
  std::string all;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) all += *line;
  return all;
}

}  // namespace katra
