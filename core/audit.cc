#include "core/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/files.h"
#include "core/json_lines.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kMaxText = 200;
constexpr int kMaxRenames = 100;   // rotations between creating and opening the file
constexpr int kMaxOldFiles = 100;  // that a reader searches
constexpr size_t kMaxReadBytes = size_t{64} * 1024 * 1024;

std::string Folder(const std::string& home) { return home + "/log"; }

std::string OldPath(const std::string& home, int number) {
  return Folder(home) + "/audit." + std::to_string(number) + ".jsonl";
}

std::string LineOf(const AuditEvent& event, const std::string& program, WallTime now) {
  std::string line;
  JsonWriter writer(line);
  writer.BeginObject().Key("at").String(FormatRfc3339(now));
  writer.Key("what").String(event.what).Key("result").String(event.result);
  const auto add = [&](const char* key, const std::string& text) {
    if (!text.empty()) writer.Key(key).String(OneLine(text, kMaxText));
  };
  add("persona", event.persona);
  add("token_id", event.token_id);
  add("detail", event.detail);
  if (IsName(event.by)) add("by", event.by);
  if (event.count != 1) writer.Key("count").Integer(static_cast<int64_t>(event.count));
  writer.Key("program").String(program).Key("pid").Integer(getpid());
  writer.Key("uid").Integer(static_cast<int64_t>(getuid())).EndObject();
  line += '\n';
  return line;
}

tl::unexpected<Error> Failed(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return Fail(full ? ErrorCode::kResourceExhausted : ErrorCode::kPermissionDenied,
              "the audit log \"" + path + "\" cannot be written: " + std::strerror(error) +
                  (full ? "; free some disk space" : "; it must be a file of yours, mode 0600"),
              path);
}

// A crash or a full disk may have truncated the last line; the next one must not be joined to it.
bool EndsInLine(int fd, off_t size) {
  char last = '\n';
  return size == 0 || pread(fd, &last, 1, size - 1) != 1 || last != '\n';
}

}  // namespace

std::string AuditPath(const std::string& home) { return Folder(home) + "/audit.jsonl"; }

Result<int> AuditLog::Open() const {
  const std::string path = AuditPath(home_);
  if (auto folder = EnsurePrivateFolder(Folder(home_)); !folder) return Pass(std::move(folder));
  for (int round = 0;; ++round) {
    if (auto file = EnsurePrivateFile(path); !file) return Pass(std::move(file));
    const int fd = open(path.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) return fd;
    // Another process may rotate the file between the two calls, but not again and again.
    if (errno != ENOENT || round == kMaxRenames) return Failed(path, errno);
  }
}

Status AuditLog::Check() const {
  const std::string path = AuditPath(home_);
  struct stat info = {};
  if (lstat(Folder(home_).c_str(), &info) != 0) return {};  // created with the first event
  if (auto folder = EnsurePrivateFolder(Folder(home_)); !folder) return folder;
  if (auto file = CheckPrivateFile(path); !file) return file;
  if (access(path.c_str(), W_OK) != 0 && errno != ENOENT) return Failed(path, errno);
  struct statvfs disk = {};
  if (statvfs(Folder(home_).c_str(), &disk) == 0 && disk.f_bavail == 0) return Failed(path, ENOSPC);
  return {};
}

AuditLog::Lost AuditLog::lost() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return lost_;
}

Status AuditLog::Write(const AuditEvent& event) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Status written = Append(LineOf(event, program_, clock_.Now()));
  if (!written) {
    ++lost_.events;
    lost_.why = written.error().message;
  }
  return written;
}

Status AuditLog::Append(const std::string& line) const {
  const std::string path = AuditPath(home_);
  auto fd = OpenWithRoom(static_cast<off_t>(line.size()));
  if (!fd) return Pass(std::move(fd));
  struct stat info = {};
  if (fstat(*fd, &info) != 0) info.st_size = 0;
  const std::string text = EndsInLine(*fd, info.st_size) ? "\n" + line : line;
  ssize_t count = 0;
  do {  // one write, so lines of several processes never interleave
    count = write(*fd, text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  const int error = count < 0 ? errno : ENOSPC;
  close(*fd);
  if (count != static_cast<ssize_t>(text.size())) return Failed(path, error);
  return {};
}

// If another process is rotating, this one waits only when the file is over twice its limit: below
// that a slow process must not delay an event, above it the file must not grow without bound.
Result<int> AuditLog::OpenWithRoom(off_t more) const {
  for (const std::chrono::milliseconds patience :
       {std::chrono::milliseconds(0), limits_.patience}) {
    auto fd = Open();
    if (!fd) return fd;
    struct stat info = {};
    if (fstat(*fd, &info) != 0) info.st_size = 0;
    const off_t bound = limits_.file_bytes * (patience.count() > 0 ? 2 : 1);
    if (info.st_size == 0 || info.st_size + more <= bound) return fd;
    close(*fd);
    Rotate(patience);
  }
  auto fd = Open();
  if (!fd) return fd;
  struct stat info = {};
  if (fstat(*fd, &info) != 0 || info.st_size <= 2 * limits_.file_bytes) return fd;
  close(*fd);
  const std::string path = AuditPath(home_);
  return Fail(ErrorCode::kResourceExhausted,
              "the audit log \"" + path +
                  "\" is full and cannot be rotated: another process has locked \"" +
                  Folder(home_) + "/audit.lock\"",
              path);
}

// A writer that still has the file open writes to the renamed file, so nothing is lost.
void AuditLog::Rotate(std::chrono::milliseconds patience) const {
  auto lock = LockFile::Open(Folder(home_) + "/audit.lock");
  if (!lock || !lock->Acquire(std::chrono::steady_clock::now() + patience)) return;
  const std::string path = AuditPath(home_);
  struct stat info = {};
  // If it is small, another process has just rotated it.
  if (stat(path.c_str(), &info) != 0 || info.st_size < limits_.file_bytes / 2) return;
  unlink(OldPath(home_, limits_.old_files).c_str());
  for (int number = limits_.old_files - 1; number >= 1; --number) {
    std::rename(OldPath(home_, number).c_str(), OldPath(home_, number + 1).c_str());
  }
  if (limits_.old_files > 0) {
    std::rename(path.c_str(), OldPath(home_, 1).c_str());
  } else {
    unlink(path.c_str());
  }
}

Result<std::string> LastAuditLines(const std::string& home, size_t count) {
  std::vector<std::string> lines;  // newest first
  for (int number = 0; number <= kMaxOldFiles && lines.size() < count; ++number) {
    const std::string path = number == 0 ? AuditPath(home) : OldPath(home, number);
    auto text = ReadFile(path, kMaxReadBytes);
    if (!text) {
      if (text.error().code != ErrorCode::kNotFound) return Pass(std::move(text));
      if (number == 0) continue;  // just rotated; the new file does not exist yet
      break;
    }
    AddLinesFromEnd(*text, count, &lines);
  }
  if (lines.empty()) {
    return Fail(ErrorCode::kNotFound, "nothing was written to " + AuditPath(home) + " yet");
  }
  return OldestFirst(lines);
}

uint64_t AuditMeter::Count(std::string_view kind, SteadyTime now) {
  auto found = buckets_.find(kind);
  if (found == buckets_.end()) {
    found = buckets_.emplace(std::string(kind), Bucket{kAtOnce, now, 0}).first;
  }
  Bucket& bucket = found->second;
  const auto periods = (now - bucket.filled_at) / kEvery;
  if (periods > 0) {
    bucket.left = static_cast<int>(std::min<int64_t>(kAtOnce, bucket.left + periods));
    bucket.filled_at += periods * kEvery;
  }
  ++bucket.untold;
  if (bucket.left == 0) return 0;
  --bucket.left;
  return std::exchange(bucket.untold, 0);
}

std::vector<std::pair<std::string, uint64_t>> AuditMeter::Rest() {
  std::vector<std::pair<std::string, uint64_t>> rest;
  for (auto& [kind, bucket] : buckets_) {
    if (bucket.untold > 0) rest.emplace_back(kind, std::exchange(bucket.untold, 0));
  }
  return rest;
}

}  // namespace katra
