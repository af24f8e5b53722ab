#include "router/routing/task_sense/layout.h"

#include <algorithm>
#include <optional>

#include "router/routing/task_sense/letters.h"
#include "router/routing/task_sense/pasted_lines.h"

namespace katra::router::routing::task_sense {
namespace {

// What of a text is read at all: this much of its beginning, and of its end.
constexpr size_t kReadBytes = 8192;
// What is kept of the lines: this much from the first on, and from the last back.
constexpr size_t kTypedBytes = 2048;
constexpr size_t kPastedBytes = 1024;

bool Fence(std::string_view line) {
  const auto text = WithoutBlanks(line);
  return text.starts_with("```") || text.starts_with("~~~");
}

bool ListItem(std::string_view line) {
  const auto text = WithoutBlanks(line);
  if (text.starts_with("- ") || text.starts_with("* ") || text.starts_with("• ")) return true;
  return text.size() > 3 && text[0] >= '0' && text[0] <= '9' && (text[1] == '.' || text[1] == ')');
}

class Reader {
 public:
  explicit Reader(Layout* layout) : layout_(layout) {}

  void Read(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      Take(text.substr(0, end), end == std::string_view::npos && first_);
      first_ = false;
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

 private:
  void Take(std::string_view line, bool only) {
    const auto text = WithoutBlanks(line);
    if (text.empty()) return;
    if (Fence(line)) {
      layout_->set(Mark::kFence);
      // ```one line``` opens nothing
      if (text.size() < 6 || !text.ends_with("```")) fenced_ = !fenced_;
      return Paste(text);
    }
    diff_ = OfDiff(line, diff_);
    if (diff_) {
      layout_->set(Mark::kDiff);
      return Paste(text);
    }
    auto kind = PastedKind(line);
    // A request of one line was typed, whatever it looks like.
    if (only && kind) {
      layout_->set(*kind);
      kind = std::nullopt;
    }
    if (kind) layout_->set(*kind);
    if (kind || fenced_) return Paste(text);
    if (ListItem(line)) layout_->set(Mark::kList);
    if (layout_->typed.empty() && layout_->pasted_lines > 0) layout_->set(Mark::kPastedFirst);
    layout_->typed.push_back(text);
    layout_->marks.reset(static_cast<size_t>(Mark::kPastedLast));
  }

  void Paste(std::string_view text) {
    layout_->set(Mark::kPastedLast);
    ++layout_->pasted_lines;
    layout_->pasted.push_back(text);
  }

  Layout* layout_;
  bool first_ = true;
  bool fenced_ = false;
  bool diff_ = false;
};

// Keeps lines from both ends, `bytes` from each.
void Bound(std::vector<std::string_view>* lines, size_t bytes) {
  size_t total = 0;
  for (const auto line : *lines) total += line.size();
  if (total <= 2 * bytes) return;
  std::vector<std::string_view> kept;
  size_t left = bytes;
  for (size_t i = 0; i < lines->size() && left > 0; ++i) {
    kept.push_back(HeadOf((*lines)[i], left));
    left -= std::min(left, (*lines)[i].size());
  }
  std::vector<std::string_view> behind;
  left = bytes;
  for (size_t i = lines->size(); i > 0 && left > 0; --i) {
    behind.push_back(TailOf((*lines)[i - 1], left));
    left -= std::min(left, (*lines)[i - 1].size());
  }
  kept.insert(kept.end(), behind.rbegin(), behind.rend());
  *lines = std::move(kept);
}

}  // namespace

Layout ReadLayout(std::string_view text) {
  Layout layout;
  Reader reader(&layout);
  if (text.size() <= 2 * kReadBytes) {
    reader.Read(text);
  } else {
    layout.cut = true;
    reader.Read(HeadOf(text, kReadBytes));
    reader.Read(TailOf(text, kReadBytes));
  }
  if (layout.typed.empty() && layout.pasted_lines > 0) layout.set(Mark::kOnlyPasted);
  Bound(&layout.typed, kTypedBytes);
  Bound(&layout.pasted, kPastedBytes);
  return layout;
}

}  // namespace katra::router::routing::task_sense
