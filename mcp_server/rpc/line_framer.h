// Splits a stream of bytes into lines, in bounded memory. Knows nothing of JSON.
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
    std::string_view text;  // without the line end; valid until the next call of the framer
    bool too_long = false;  // the line exceeded the limit and is skipped; `text` is empty
  };

  // Receives the bytes of lines that are too long, in pieces and without line ends; `ended` marks
  // the last piece of a line. Called from Next().
  using Observer = std::function<void(std::string_view bytes, bool ended)>;
  void ObserveSkipped(Observer observer) { observer_ = std::move(observer); }

  explicit LineFramer(size_t max_line_bytes = kMaxLineBytes) : max_line_bytes_(max_line_bytes) {}

  // Adds bytes. Call Next() until it returns nothing before feeding again, so that at most one line
  // and one read are buffered.
  void Feed(std::string_view bytes);
  // The input has ended; the rest without a newline is the last line.
  void Finish() { finished_ = true; }

  // The next line, ended by LF or CRLF. Skips blank lines.
  [[nodiscard]] std::optional<Line> Next();

 private:
  [[nodiscard]] std::optional<Line> NextRaw();
  void Compact();

  const size_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;    // start of the current line
  size_t scanned_ = 0;  // there is no newline between begin_ and here
  bool skipping_ = false;
  bool finished_ = false;
  Observer observer_;
};

}  // namespace katra::mcp
