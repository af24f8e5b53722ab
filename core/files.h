// Private files and folders of one user: checks modes and ownership, writes files atomically, and
// locks them between processes. Knows nothing about their contents.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra {

// Creates `path` and its parents (mode 0700), or checks it: it must be a directory, not a link to a
// place outside, owned by this user and closed to group and others. The message of
// kPermissionDenied contains the command that fixes it.
[[nodiscard]] Status EnsurePrivateFolder(const std::string& path);

// Checks that a file, if it exists, is regular, owned by this user and closed to group and others.
[[nodiscard]] Status CheckPrivateFile(const std::string& path);

// Creates an empty file with mode 0600 if there is none, then checks it.
[[nodiscard]] Status EnsurePrivateFile(const std::string& path);

// kNotFound, kPermissionDenied, kResourceExhausted (longer than `max_bytes`).
[[nodiscard]] Result<std::string> ReadFile(const std::string& path, size_t max_bytes);

// Replaces the file through a synced temporary file beside it (mode 0600): after a crash it has the
// old or the new content, never a part.
[[nodiscard]] Status WriteFileAtomically(const std::string& path, std::string_view content);

// An exclusive flock(2), held from Acquire() until Release() or destruction. The kernel releases it
// when the process dies. Not thread-safe.
class LockFile {
 public:
  static Result<LockFile> Open(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

  // Waits in the kernel's queue, checking the deadline and `cancelled` (may be nullptr; borrowed)
  // every 250 ms. kUnavailable: the deadline passed first. kCancelled.
  [[nodiscard]] Status Acquire(std::chrono::steady_clock::time_point deadline,
                               const std::atomic<bool>* cancelled = nullptr);
  void Release();

 private:
  explicit LockFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_ = -1;
  std::string path_;
};

}  // namespace katra
