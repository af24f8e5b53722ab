// The lines that wait to be written, in order, and how much there is of them: who fills it sees
// when the client has stopped reading. No I/O: a transport takes the lines out.
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
  // From here on nothing should be started that makes more output.
  static constexpr size_t kFullBytes = 1024 * 1024;

  // `written` runs when the transport has handed the whole line to the client's pipe.
  void Push(std::string line, std::function<void()> written = {});

  // A line that replaces the one that was pushed with the same key, if that still waits.
  void PushLatest(const std::string& key, std::string line);

  // The next line to write, with its newline. Each must be followed by Written() before the next.
  [[nodiscard]] std::optional<std::string> Take();
  void Written();

  // Of all that is not written, taken or not.
  [[nodiscard]] size_t bytes() const { return bytes_; }
  [[nodiscard]] bool IsFull() const { return bytes_ >= kFullBytes; }
  // So many lines the client's pipe has taken since the beginning.
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
