// The files of recorded prompts and answers: HOME/router/recorded/2026-11-21.jsonl, one line per
// request, one file per day and more if it grows large. Limits the folder by size and age. Knows
// nothing about the contents of lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace katra::router::gateway {

[[nodiscard]] std::string CaptureFolder(const std::string& home);

// Paths of the files in `folder`, oldest first; none if the folder does not exist.
[[nodiscard]] std::vector<std::string> ListCaptures(const std::string& folder);

// The last `count` complete lines, oldest first, from as many files as needed. Skips lines
// truncated by a crash. kNotFound: nothing was recorded.
[[nodiscard]] Result<std::string> LastCaptures(const std::string& folder, size_t count);

// Blocking; used by one thread at a time.
class CaptureFiles {
 public:
  struct Limits {
    // Above this, another file of the day is started.
    uint64_t file_bytes = uint64_t{64} * 1024 * 1024;
    uint64_t total_bytes = uint64_t{512} * 1024 * 1024;  // above this, the oldest files are deleted
    std::chrono::hours age{24 * 30};                     // of a file, by its date
  };

  CaptureFiles(std::string folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}

  // Appends `line`, which ends with a line feed, completely or not at all; first ends a line that a
  // crash truncated. Creates the folder (0700) and the file (0600). kPermissionDenied,
  // kResourceExhausted.
  [[nodiscard]] Status Append(std::string_view line, WallTime now);

 private:
  [[nodiscard]] std::string PathFor(const std::string& day);
  void Forget(WallTime now);

  std::string folder_;
  Limits limits_;
  std::string day_;
  int number_ = 1;             // number of the day's current file
  uint64_t since_forgot_ = 0;  // bytes written since old files were last deleted
};

}  // namespace katra::router::gateway
