#include "cli/route/fit_table.h"

#include <algorithm>

#include "core/text.h"
#include "core/text_width.h"

namespace katra::cli {
namespace {

constexpr size_t kGap = 2;
constexpr size_t kMaxCellBytes = 400;

// 0: the column is left out.
size_t TotalWidth(const std::vector<size_t>& widths) {
  size_t total = 0;
  for (const size_t width : widths) {
    if (width > 0) total += width + (total > 0 ? kGap : 0);
  }
  return total;
}

std::vector<size_t> FitWidths(const std::vector<std::vector<std::string>>& lines,
                              const std::vector<FitStep>& steps, size_t page) {
  std::vector<size_t> widths(lines.front().size(), 1);  // at first as wide as the cells
  for (const auto& line : lines) {
    for (size_t i = 0; i < widths.size() && i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  const std::vector<size_t> natural = widths;
  for (const FitStep& step : steps) {
    const size_t total = TotalWidth(widths);
    if (page == 0 || total <= page) break;
    size_t& width = widths[step.column];
    if (step.width == 0) {
      width = 0;
    } else if (width > step.width) {
      width = std::max(step.width, width - std::min(total - page, width));
    }
  }
  // What a column that was left out has freed goes to those that were cut before it.
  for (size_t i = 0; i < widths.size() && page > 0; ++i) {
    const size_t total = TotalWidth(widths);
    if (widths[i] > 0 && total < page) widths[i] = std::min(natural[i], widths[i] + page - total);
  }
  return widths;
}

}  // namespace

std::string CutToWidth(const std::string& text, size_t columns) {
  if (DisplayWidth(text) <= columns) return text;
  if (columns == 0) return {};
  return std::string(TruncateToWidth(text, columns - 1)) + "…";
}

std::string RenderFitted(const FitTable& table, const Page& page, const CellLook& look) {
  std::vector<std::vector<std::string>> lines(1);
  for (const FitColumn& column : table.columns) lines.front().push_back(column.heading);
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(OneLine(cell, kMaxCellBytes));
  }
  const std::vector<size_t> widths = FitWidths(lines, table.steps, page.width);
  std::string out;
  for (size_t row = 0; row < lines.size(); ++row) {
    std::string text;
    size_t gap = 0;  // spaces before the next text, so that no line ends with spaces
    for (size_t i = 0; i < lines[row].size() && i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string cell = CutToWidth(lines[row][i], widths[i]);
      const size_t padding = widths[i] - std::min(DisplayWidth(cell), widths[i]);
      const bool right = table.columns[i].right;
      if (!cell.empty()) {
        const char* sgr = row == 0 ? "\x1b[1m" : look ? look(i, lines[row][i]) : "";
        text.append(gap + (right ? padding : 0), ' ');
        text += page.colours && *sgr != '\0' ? sgr + cell + "\x1b[0m" : cell;
        gap = right ? 0 : padding;
      } else {
        gap += padding;
      }
      gap += kGap;
    }
    out += text + "\n";
  }
  return out;
}

}  // namespace katra::cli
