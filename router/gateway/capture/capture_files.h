// Where recorded prompts and answers lie: HOME/router/recorded/2026-11-21.jsonl, one line a
// request, a file a day and further ones when it grows long. Keeps the folder within a size and an
// age. Knows nothing of what the lines say.
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

// Paths of the files of `folder`, oldest first; none when there is no such folder.
[[nodiscard]] std::vector<std::string> ListCaptures(const std::string& folder);

// The last `count` whole lines, oldest first, of as many files as it takes; lines that a crash cut
// short are passed over. kNotFound: nothing was recorded.
[[nodiscard]] Result<std::string> LastCaptures(const std::string& folder, size_t count);

// Blocking; one thread at a time.
class CaptureFiles {
 public:
  struct Limits {
    uint64_t file_bytes = uint64_t{64} * 1024 * 1024;    // then the day's next file begins
    uint64_t total_bytes = uint64_t{512} * 1024 * 1024;  // then the oldest files go
    std::chrono::hours age{24 * 30};                     // of a file, by its day
  };

  CaptureFiles(std::string folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}

  // Appends `line`, which ends with a line feed, whole or not at all; what a crash left of another
  // one is closed first. The folder is made (0700), the file as well (0600).
  // kPermissionDenied, kResourceExhausted.
  [[nodiscard]] Status Append(std::string_view line, WallTime now);

 private:
  [[nodiscard]] std::string PathFor(const std::string& day);
  void Forget(WallTime now);

  std::string folder_;
  Limits limits_;
  std::string day_;
  int number_ = 1;             // of the day's files
  uint64_t since_forgot_ = 0;  // bytes
};

}  // namespace katra::router::gateway
