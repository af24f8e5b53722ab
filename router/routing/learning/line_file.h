// A private file of JSON lines that several processes append to and read; it holds what routing has
// learnt or was taught. Nothing acknowledged is lost: a line is in the file completely or not at
// all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router::routing::learning {

// HOME/router/learnt.jsonl: one Event per line.
[[nodiscard]] std::string LearntPath(const std::string& home);
// HOME/router/taught.jsonl: one TaughtExample per line.
[[nodiscard]] std::string TaughtPath(const std::string& home);

// Not thread-safe. All functions block on the disk.
class LineFile {
 public:
  static constexpr size_t kMaxBytes = size_t{64} * 1024 * 1024;

  explicit LineFile(std::string path) : path_(std::move(path)) {}

  // Appends `lines` (without line breaks) in one write. Creates the file with mode 0600. With
  // `synced`, the lines are on disk when this returns. kPermissionDenied: others may read or change
  // the file. kResourceExhausted: the file has reached kMaxBytes, or the disk is full; nothing is
  // added.
  [[nodiscard]] Status Append(const std::vector<std::string>& lines, bool synced);

  struct News {
    bool from_start = false;  // the file was replaced or is read for the first time
    std::vector<std::string> lines;
  };
  // The complete lines that were added since the last call. None if there is no file.
  [[nodiscard]] Result<News> ReadNews();
  // Whether ReadNews() would return anything. One system call.
  [[nodiscard]] bool HasNews() const;

  // Replaces the file with `lines`, synced. Other readers then read it from the start again.
  [[nodiscard]] Status Replace(const std::vector<std::string>& lines);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  uint64_t inode_ = 0;  // of the file that was read; 0: none
  uint64_t read_ = 0;   // how many bytes of it
};

// A request that the user says belongs to a route.
struct TaughtExample {
  std::string persona;  // empty: for all personas
  std::string route;    // "other": it belongs to no route
  std::string text;
};

[[nodiscard]] std::string ToJsonLine(const TaughtExample& example);
// `{"route": "...", "text": "...", "persona": "..."}`. kInvalidArgument says which member is wrong.
[[nodiscard]] Result<TaughtExample> ParseTaught(std::string_view line);

}  // namespace katra::router::routing::learning
