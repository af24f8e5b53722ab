// Files and folders that belong to one user: modes and ownership are checked, writes are whole or
// not at all, and processes queue on lock files. Knows nothing of what the files hold.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra {

// Makes `path` (mode 0700, with its parents) or checks it: a directory, not a link to elsewhere's,
// owned by this user, closed to group and others. kPermissionDenied names the command that mends
// it.
[[nodiscard]] Status EnsurePrivateFolder(const std::string& path);

// Checks a file, when it exists: regular, owned by this user, closed to group and others.
[[nodiscard]] Status CheckPrivateFile(const std::string& path);

// Makes an empty file with mode 0600 unless there is one, then checks it.
[[nodiscard]] Status EnsurePrivateFile(const std::string& path);

// kNotFound, kPermissionDenied, kResourceExhausted (longer than `max_bytes`).
[[nodiscard]] Result<std::string> ReadFile(const std::string& path, size_t max_bytes);

// Replaces the file by way of a temporary one beside it, synced, mode 0600: after a crash there is
// the old or the new content, never a part.
[[nodiscard]] Status WriteFileAtomically(const std::string& path, std::string_view content);

// An exclusive flock(2) on a file, held from Acquire until Release or destruction. The kernel frees
// it when the process dies. Not thread-safe.
class LockFile {
 public:
  static Result<LockFile> Open(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

  // Waits in the kernel's queue; looks up every 250 ms for the deadline and for `cancelled` (may be
  // nullptr; borrowed). kUnavailable when the deadline passes first, kCancelled.
  [[nodiscard]] Status Acquire(std::chrono::steady_clock::time_point deadline,
                               const std::atomic<bool>* cancelled = nullptr);
  void Release();

 private:
  explicit LockFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_ = -1;
  std::string path_;
};

}  // namespace katra
