// The queue of lines to write to the client. Counts its bytes, so that producers notice when the
// client has stopped reading. No I/O: a transport takes the lines out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

namespace katra::mcp {

class Outbox {
 public:
  // Above this, nothing that produces more output should be started.
  static constexpr size_t kFullBytes = 1024 * 1024;

  // `written` runs when the transport has written the whole line to the client's pipe.
  void Push(std::string line, std::function<void()> written = {});

  // Replaces a queued line that was pushed with the same key, otherwise adds the line.
  void PushLatest(const std::string& key, std::string line);

  // Returns the next line to write, with its newline. Call Written() after each, before taking the
  // next.
  [[nodiscard]] std::optional<std::string> Take();
  void Written();

  // Bytes of all unwritten lines, including the one taken.
  [[nodiscard]] size_t bytes() const { return bytes_; }
  [[nodiscard]] bool IsFull() const { return bytes_ >= kFullBytes; }
  // The number of lines that the client's pipe has accepted so far.
  [[nodiscard]] uint64_t lines_written() const { return lines_written_; }
  [[nodiscard]] bool IsEmpty() const { return lines_.empty() && !taken_; }

 private:
  struct Line {
    std::string text;
    std::string key;  // empty: none
    std::function<void()> written;
  };

  std::list<Line> lines_;
  std::unordered_map<std::string, std::list<Line>::iterator> by_key_;
  size_t bytes_ = 0;
  uint64_t lines_written_ = 0;
  bool taken_ = false;
  size_t taken_bytes_ = 0;
  std::function<void()> taken_written_;
};

}  // namespace katra::mcp
