#include "cli/route/stats_svg.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/route/fit_table.h"
#include "cli/route/stats_measures.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using store::RouteSum;

// In pixels.
constexpr int kWidth = 860;
constexpr int kMargin = 20;
constexpr int kLabelWidth = 300;
constexpr int kNoteWidth = 150;
constexpr int kRow = 24;
constexpr int kBar = 14;
constexpr int kHeading = 34;
constexpr int kTitle = 44;
constexpr size_t kLabelColumns = 40;

// As text and as the value of an attribute. XML has no control characters, and neither U+FFFE nor
// U+FFFF.
std::string Escaped(const std::string& text) {
  std::string out;
  const std::string line = OneLine(text, 400);
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string_view three = std::string_view(line).substr(i, 3);
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
      out += "?";
      i += 2;
      continue;
    }
    switch (line[i]) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += line[i];
    }
  }
  return out;
}

class Drawing {
 public:
  void Text(int x, int y, const char* kind, const std::string& text) {
    body_ += "  <text class=\"" + std::string(kind) + "\" x=\"" + std::to_string(x) + "\" y=\"" +
             std::to_string(y) + "\">" + Escaped(text) + "</text>\n";
  }
  void Bar(int x, int y, double width) {
    std::array<char, 32> wide{};
    (void)std::snprintf(wide.data(), wide.size(), "%.1f", width);
    body_ += "  <rect class=\"bar\" x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) +
             "\" width=\"" + wide.data() + "\" height=\"" + std::to_string(kBar) +
             "\" rx=\"2\"/>\n";
  }
  [[nodiscard]] std::string Finish(int height, const std::string& title) const {
    const std::string size =
        "width=\"" + std::to_string(kWidth) + "\" height=\"" + std::to_string(height) + "\"";
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" " +
           size + " viewBox=\"0 0 " + std::to_string(kWidth) + " " + std::to_string(height) +
           "\">\n  <title>" + Escaped(title) +
           "</title>\n"
           "  <style>\n"
           "    text { font: 13px system-ui, sans-serif; fill: #1f2328 }\n"
           "    .title { font-size: 17px; font-weight: 600 }\n"
           "    .heading { font-size: 14px; font-weight: 600 }\n"
           "    .note { fill: #59636e }\n"
           "    .label { text-anchor: end }\n"
           "    .bar { fill: #2f6feb }\n"
           "  </style>\n"
           "  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" +
           body_ + "</svg>\n";
  }

 private:
  std::string body_;
};

}  // namespace

std::string StatsSvg(const std::vector<RouteSum>& sums, bool by_route, const std::string& title) {
  constexpr int kBarsAt = kMargin + kLabelWidth + 10;
  constexpr int kLongest = kWidth - kMargin - kNoteWidth - kBarsAt;
  Drawing drawing;
  drawing.Text(kMargin, kMargin + 14, "title", title);
  int y = kTitle;
  for (const Measure& measure : StatsMeasures()) {
    drawing.Text(kMargin, y + 22, "heading", measure.title);
    y += kHeading;
    double most = 0;
    for (const RouteSum& one : sums) most = std::max(most, measure.value(one).value_or(0));
    for (const RouteSum& one : sums) {
      const double value = measure.value(one).value_or(0);
      const double width = most > 0 ? std::max(value, 0.0) / most * kLongest : 0;
      drawing.Text(kMargin + kLabelWidth, y + 15, "label",
                   CutToWidth(StatsLabel(one, by_route), kLabelColumns));
      if (width > 0) drawing.Bar(kBarsAt, y + (kRow - kBar) / 2, std::max(width, 1.0));
      drawing.Text(kBarsAt + static_cast<int>(width) + 8, y + 15, "note", measure.note(one));
      y += kRow;
    }
    y += 8;
  }
  return drawing.Finish(y + kMargin, title);
}

}  // namespace katra::cli
