#include "cli/watch/line_editor.h"

#include <utility>

#include "core/text_width.h"

namespace katra::cli {
namespace {

bool IsInside(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

bool LineEditor::Press(const Key& key) {
  const std::string text = text_;
  const size_t cursor = cursor_;
  switch (key.kind) {
    case Key::Kind::kText:
      if (text_.size() + key.text.size() > max_bytes_) return false;
      text_.insert(cursor_, key.text);
      cursor_ += key.text.size();
      break;
    case Key::Kind::kBackspace:
      Erase(Before(cursor_), cursor_);
      break;
    case Key::Kind::kDelete:
      Erase(cursor_, After(cursor_));
      break;
    case Key::Kind::kLeft:
      cursor_ = Before(cursor_);
      break;
    case Key::Kind::kRight:
      cursor_ = After(cursor_);
      break;
    case Key::Kind::kHome:
      cursor_ = 0;
      break;
    case Key::Kind::kEnd:
      cursor_ = text_.size();
      break;
    case Key::Kind::kKillWord: {
      size_t from = cursor_;
      while (from > 0 && text_[from - 1] == ' ') --from;
      while (from > 0 && text_[from - 1] != ' ') --from;
      Erase(from, cursor_);
      break;
    }
    case Key::Kind::kKillBefore:
      Erase(0, cursor_);
      break;
    case Key::Kind::kKillAfter:
      Erase(cursor_, text_.size());
      break;
    default:
      break;
  }
  return text_ != text || cursor_ != cursor;
}

std::string LineEditor::Take() {
  cursor_ = 0;
  return std::exchange(text_, {});
}

void LineEditor::Set(const std::string& text) {
  text_ = text;
  cursor_ = text_.size();
}

size_t LineEditor::Before(size_t at) const {
  size_t from = at;
  while (from > 0) {
    do {
      --from;
    } while (from > 0 && IsInside(text_[from]));
    // A mark belongs to the character before it.
    if (text_[from] == '\n' || DisplayWidth(text_.substr(from, at - from)) > 0) break;
  }
  return from;
}

size_t LineEditor::After(size_t at) const {
  const auto step = [this](size_t from) {
    size_t to = from + 1;
    while (to < text_.size() && IsInside(text_[to])) ++to;
    return to;
  };
  if (at >= text_.size()) return at;
  size_t to = step(at);
  while (to < text_.size() && text_[to] != '\n' &&
         DisplayWidth(text_.substr(to, step(to) - to)) == 0) {
    to = step(to);
  }
  return to;
}

void LineEditor::Erase(size_t from, size_t to) {
  text_.erase(from, to - from);
  cursor_ = from;
}

}  // namespace katra::cli
