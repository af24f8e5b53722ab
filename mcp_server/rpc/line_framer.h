// Cuts a stream of bytes into lines, in bounded memory. Knows nothing of JSON.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace katra::mcp {

inline constexpr size_t kMaxLineBytes = 4 * 1024 * 1024;

class LineFramer {
 public:
  struct Line {
    std::string_view text;  // without its end; valid until the next call of the framer
    bool too_long = false;  // `text` is empty: the line passed the limit, and is skipped to its end
  };

  // Is given the bytes of lines that are too long, in pieces and without their ends; the last piece
  // of a line comes with `ended`. Called from Next().
  using Observer = std::function<void(std::string_view bytes, bool ended)>;
  void ObserveSkipped(Observer observer) { observer_ = std::move(observer); }

  explicit LineFramer(size_t max_line_bytes = kMaxLineBytes) : max_line_bytes_(max_line_bytes) {}

  // Adds what was read. Call Next() until it has no more before feeding again, so that no more than
  // a line and a read are held.
  void Feed(std::string_view bytes);
  // Nothing comes any more: what is left without a newline is the last line.
  void Finish() { finished_ = true; }

  // The next line, ended by LF or CRLF. Lines of nothing but blanks are passed over.
  [[nodiscard]] std::optional<Line> Next();

 private:
  [[nodiscard]] std::optional<Line> NextRaw();
  void Compact();

  const size_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;    // of the current line
  size_t scanned_ = 0;  // no newline from begin_ to here
  bool skipping_ = false;
  bool finished_ = false;
  Observer observer_;
};

}  // namespace katra::mcp
