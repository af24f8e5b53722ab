#include "cli/output.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <numeric>

#include "core/blanks.h"
#include "core/text.h"
#include "core/text_width.h"

namespace katra::cli {
namespace {

constexpr size_t kMaxCellBytes = 400;

std::string Format(const std::tm& parts, const char* format) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::tm Local(WallTime time) {
  const std::time_t seconds = static_cast<std::time_t>(ToUnixMillis(time) / 1000);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string WithoutEndSpaces(std::string text) {
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

// The end of the first unbreakable piece: after the spaces that follow a word, or, with kParts,
// after a slash, a comma or a hyphen in it.
size_t PieceEnd(std::string_view text, Breaks breaks) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') return std::min(text.find_first_not_of(' ', i), text.size());
    if (breaks == Breaks::kWords) continue;
    const bool joint = text[i] == '/' || text[i] == ',' || text[i] == '-';
    if (joint && i > 0 && i + 1 < text.size() && text[i + 1] != ' ') return i + 1;
  }
  return text.size();
}

size_t LongestPiece(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, PieceEnd(text, Breaks::kParts));
    longest = std::max(longest, DisplayWidth(piece.substr(0, piece.find_last_not_of(' ') + 1)));
    text.remove_prefix(piece.size());
  }
  return longest;
}

// Column widths that fit the page: shrinks the widest column first, to its longest word, and
// further only if that is not enough, but never below its heading.
std::vector<size_t> FitColumns(const std::vector<std::vector<std::string>>& lines, size_t page) {
  std::vector<size_t> widths(lines.front().size(), 0);
  std::vector<size_t> words = widths;
  std::vector<size_t> least = widths;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
      words[i] = std::max(words[i], LongestPiece(line[i]));
    }
  }
  for (size_t i = 0; i < widths.size(); ++i) least[i] = LongestPiece(lines.front()[i]);
  if (page == 0 || widths.empty()) return widths;
  const size_t gaps = 2 * (widths.size() - 1);
  for (const std::vector<size_t>& bound : {words, least}) {
    while (std::accumulate(widths.begin(), widths.end(), gaps) > page) {
      size_t widest = widths.size();
      for (size_t i = 0; i < widths.size(); ++i) {
        const bool gives = widths[i] > bound[i];
        if (gives && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
      }
      if (widest == widths.size()) break;
      --widths[widest];
    }
  }
  return widths;
}

}  // namespace

std::string FormatLocal(WallTime time, WallTime now) {
  const std::tm then = Local(time);
  const std::tm today = Local(now);
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  return Format(then, same_day ? "%H:%M" : "%Y-%m-%d %H:%M");
}

std::string ShownFolder(std::string folder, const std::string& user_home) {
  if (!user_home.empty() && folder.rfind(user_home + "/", 0) == 0) {
    folder.replace(0, user_home.size(), "~");
  }
  return folder;
}

Page PageFor(const Terminal& terminal) {
  return {terminal.out && terminal.width > 0 ? static_cast<size_t>(terminal.width) : 0,
          terminal.colours};
}

const char* LookOfState(const std::string& state) {
  if (state == "working") return kGoodLook;
  if (state.starts_with("waiting") || state.starts_with("waits")) return kAttentionLook;
  if (state.starts_with("cut off")) return kBadLook;
  return state == "idle" ? kFaintLook : "";
}

std::vector<std::string> WrapWords(std::string_view text, size_t columns, Breaks breaks) {
  std::vector<std::string> lines;
  const size_t indent = std::min(text.find_first_not_of(' '), text.size());
  std::string line(text.substr(0, columns == 0 || indent < columns / 2 ? indent : 0));
  size_t width = line.size();
  for (std::string_view rest = text.substr(indent); !rest.empty();) {
    const std::string_view piece = rest.substr(0, PieceEnd(rest, breaks));
    const std::string_view word = piece.substr(0, piece.find_last_not_of(' ') + 1);
    rest.remove_prefix(piece.size());
    if (columns > 0 && width + DisplayWidth(word) > columns && width > 0) {
      lines.push_back(WithoutEndSpaces(std::move(line)));
      line.clear();
      width = 0;
    }
    std::string_view left = piece;
    while (columns > 0 && DisplayWidth(word) > columns && DisplayWidth(left) > columns) {
      std::string_view fits = TruncateToWidth(left, columns);
      if (fits.empty()) fits = left.substr(0, 1);  // wider than the column
      lines.emplace_back(fits);
      left.remove_prefix(fits.size());
    }
    line += left;
    width += DisplayWidth(left);
  }
  if (!line.empty() || lines.empty()) lines.push_back(WithoutEndSpaces(std::move(line)));
  return lines;
}

std::string WrapLines(std::string_view text, std::string_view prefix, const Page& page) {
  const size_t taken = DisplayWidth(prefix);
  const size_t columns = page.width > taken + 8 ? page.width - taken : 0;
  std::string out;
  for (const std::string_view line : Split(text, '\n')) {
    for (const std::string& part : WrapWords(line, columns)) {
      out += std::string(prefix) + part + "\n";
    }
  }
  return out;
}

std::string RenderTable(const std::vector<std::string>& headings,
                        const std::vector<std::vector<std::string>>& rows, const Page& page,
                        const CellLook& look) {
  std::vector<std::vector<std::string>> lines{headings};
  for (const auto& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) {
      line.push_back(WithSingleBlanks(OneLine(cell, kMaxCellBytes)));
    }
  }
  const std::vector<size_t> widths = FitColumns(lines, page.width);
  std::string out;
  for (size_t row = 0; row < lines.size(); ++row) {
    const bool limited = page.width > 0;
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (size_t i = 0; i < lines[row].size() && i < widths.size(); ++i) {
      cells.push_back(WrapWords(lines[row][i], limited ? widths[i] : 0, Breaks::kParts));
      height = std::max(height, cells.back().size());
    }
    for (size_t y = 0; y < height; ++y) {
      std::string text;
      size_t gap = 0;  // spaces before the next text, so that no line ends with spaces
      for (size_t i = 0; i < cells.size(); ++i) {
        const std::string part = y < cells[i].size() ? cells[i][y] : std::string();
        const size_t width = DisplayWidth(part);
        if (!part.empty()) {
          const char* sgr = row == 0 ? "\x1b[1m" : look ? look(i, lines[row][i]) : "";
          text.append(gap, ' ');
          text += page.colours && *sgr != '\0' ? sgr + part + "\x1b[0m" : part;
          gap = 0;
        }
        gap += widths[i] - std::min(width, widths[i]) + 2;
      }
      out += text + "\n";
    }
  }
  return out;
}

std::string FormatActivity(store::Activity activity) {
  switch (activity) {
    case store::Activity::kWorking:
      return "working";
    case store::Activity::kIdle:
      return "idle";
    case store::Activity::kWaiting:
      return "waiting for you";
    case store::Activity::kUnknown:
      break;
  }
  return {};
}

}  // namespace katra::cli
