#include "mcp_server/rpc/line_framer.h"

namespace katra::mcp {
namespace {

// The buffer capacity that an idle framer keeps.
constexpr size_t kKeptBytes = 128 * 1024;

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void LineFramer::Feed(std::string_view bytes) {
  Compact();
  buffer_.append(bytes);
}

void LineFramer::Compact() {
  if (begin_ == 0) return;
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBytes) std::string().swap(buffer_);
}

std::optional<LineFramer::Line> LineFramer::Next() {
  while (true) {
    std::optional<Line> line = NextRaw();
    if (!line || line->too_long || !IsBlank(line->text)) return line;
  }
}

std::optional<LineFramer::Line> LineFramer::NextRaw() {
  while (true) {
    const size_t newline = buffer_.find('\n', scanned_);
    const bool found = newline != std::string::npos;
    const size_t end = found ? newline : buffer_.size();
    const std::string_view text = std::string_view(buffer_).substr(begin_, end - begin_);
    const bool was_skipping = skipping_;

    if (found) {
      begin_ = scanned_ = end + 1;
      skipping_ = false;
    } else if (skipping_ || finished_ || text.size() > max_line_bytes_) {
      begin_ = scanned_ = end;
      if (text.size() > max_line_bytes_) skipping_ = true;
    } else {
      scanned_ = end;
      Compact();
      return std::nullopt;
    }

    const bool too_long = text.size() > max_line_bytes_;
    if (observer_ && (was_skipping || too_long)) observer_(text, found || finished_);
    if (finished_) skipping_ = false;
    if (!was_skipping) {
      if (too_long) return Line{{}, true};
      if (!text.empty() && text.back() == '\r') return Line{text.substr(0, text.size() - 1)};
      if (!text.empty() || found) return Line{text};
    }
    if (!found) return std::nullopt;
  }
}

}  // namespace katra::mcp
