// A private file of JSON lines that several processes append to and read: what routing has learnt
// and was taught. Nothing acknowledged is lost: a line is in the file whole, or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router::routing::learning {

// HOME/router/learnt.jsonl: an Event a line.
[[nodiscard]] std::string LearntPath(const std::string& home);
// HOME/router/taught.jsonl: a TaughtExample a line.
[[nodiscard]] std::string TaughtPath(const std::string& home);

// Not thread-safe. All functions block on the disk.
class LineFile {
 public:
  static constexpr size_t kMaxBytes = size_t{64} * 1024 * 1024;

  explicit LineFile(std::string path) : path_(std::move(path)) {}

  // Adds `lines` (none holds a line break) in one write, the file with mode 0600 if it is new.
  // `synced`: it is on the disk when this returns. kPermissionDenied: others may read or change the
  // file. kResourceExhausted: the file has reached kMaxBytes, or the disk is full; nothing is
  // added.
  [[nodiscard]] Status Append(const std::vector<std::string>& lines, bool synced);

  struct News {
    bool from_start = false;  // the file was replaced or is read for the first time
    std::vector<std::string> lines;
  };
  // The whole lines that were added since the last call. None if there is no file.
  [[nodiscard]] Result<News> ReadNews();
  // Whether ReadNews() would find something. One system call.
  [[nodiscard]] bool HasNews() const;

  // Replaces the file by `lines`, synced; whoever has read it reads it from its start again.
  [[nodiscard]] Status Replace(const std::vector<std::string>& lines);

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  uint64_t inode_ = 0;  // of the file that was read; 0: none
  uint64_t read_ = 0;   // how much of it
};

// A request that the user says belongs to a route.
struct TaughtExample {
  std::string persona;  // empty: of all personas
  std::string route;    // "other": of no route
  std::string text;
};

[[nodiscard]] std::string ToJsonLine(const TaughtExample& example);
// `{"route": "...", "text": "...", "persona": "..."}`. kInvalidArgument says which member is wrong.
[[nodiscard]] Result<TaughtExample> ParseTaught(std::string_view line);

}  // namespace katra::router::routing::learning
