#include "cli/output.h"

#include <algorithm>
#include <array>
#include <ctime>

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

}  // namespace

std::string FormatLocal(WallTime time, WallTime now) {
  const std::tm then = Local(time);
  const std::tm today = Local(now);
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  return Format(then, same_day ? "%H:%M" : "%Y-%m-%d %H:%M");
}

std::string RenderTable(const std::vector<std::string>& headings,
                        const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::vector<std::string>> lines{headings};
  for (const auto& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(OneLine(cell, kMaxCellBytes));
  }
  std::vector<size_t> widths(headings.size(), 0);
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      if (i > 0) text += "  ";
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - DisplayWidth(line[i]), ' ');
    }
    out += text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
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
