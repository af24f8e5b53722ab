#include "core/files.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace katra {
namespace {

std::string Quote(const std::string& path) { return "\"" + path + "\""; }

tl::unexpected<Error> FailErrno(const std::string& doing, const std::string& path, int error) {
  ErrorCode code = ErrorCode::kUnavailable;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::kPermissionDenied;
  if (error == ENOENT) code = ErrorCode::kNotFound;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::kResourceExhausted;
  if (error == ENOTDIR || error == ELOOP) code = ErrorCode::kFailedPrecondition;
  return Fail(code, "cannot " + doing + " " + Quote(path) + ": " + std::strerror(error), path);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Status CheckOwnerAndMode(const std::string& path, const struct stat& info, const char* mode) {
  if (info.st_uid != geteuid()) {
    return Fail(ErrorCode::kPermissionDenied,
                Quote(path) + " belongs to another user (uid " + std::to_string(info.st_uid) +
                    "), so Katra does not trust it: run `sudo chown -R $(id -u) '" + path +
                    "'`, or choose another folder with KATRA_HOME",
                path);
  }
  if ((info.st_mode & 077U) != 0) {
    return Fail(ErrorCode::kPermissionDenied,
                Quote(path) +
                    " is open to other users, who could read messages and memories: run "
                    "`chmod " +
                    mode + " '" + path + "'`",
                path);
  }
  return {};
}

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FailErrno("write", path, errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

#ifdef __linux__
// While this object exists, blocking calls of this thread return with EINTR every `period`, so that
// the caller can check its deadline. The timer repeats because a signal just before the call would
// be missed.
class Interrupter {
 public:
  // First after `first` (above 0), then every `period`.
  Interrupter(std::chrono::nanoseconds first, std::chrono::milliseconds period) {
    struct sigaction action = {};
    action.sa_handler = [](int) {};  // no SA_RESTART, so that calls are interrupted
    sigaction(kSignal, &action, nullptr);
    struct sigevent event = {};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = kSignal;
    event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
    if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0) return;
    armed_ = true;
    struct itimerspec spec = {};
    spec.it_interval.tv_nsec = std::chrono::nanoseconds(period).count();
    spec.it_value.tv_nsec = first.count();
    timer_settime(timer_, 0, &spec, nullptr);
  }
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;
  ~Interrupter() {
    if (armed_) timer_delete(timer_);
  }

 private:
  static inline const int kSignal = SIGRTMIN + 3;
  timer_t timer_ = {};
  bool armed_ = false;
};
#endif

}  // namespace

Status EnsurePrivateFolder(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (mkdir(parent.c_str(), 0755) != 0 && errno != EEXIST) {
      return FailErrno("make the folder", parent, errno);
    }
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return FailErrno("make the folder", path, errno);
  }
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) return FailErrno("look at", path, errno);
  if (S_ISLNK(info.st_mode)) {
    return Fail(ErrorCode::kPermissionDenied,
                Quote(path) + " is a link, and Katra would write where it leads: remove it (`rm '" +
                    path + "'`), and Katra makes a folder there",
                path);
  }
  if (!S_ISDIR(info.st_mode)) {
    return Fail(ErrorCode::kFailedPrecondition,
                Quote(path) +
                    " is not a folder: move it away, or choose another folder with "
                    "KATRA_HOME",
                path);
  }
  if (auto checked = CheckOwnerAndMode(path, info, "700"); !checked) return checked;
  if (access(path.c_str(), R_OK | W_OK | X_OK) == 0) return {};
  return Fail(ErrorCode::kPermissionDenied,
              errno == EROFS ? Quote(path) +
                                   " is on a read-only file system, and Katra must write "
                                   "there: choose another folder with KATRA_HOME"
                             : "Katra may not write in " + Quote(path) + ": run `chmod 700 '" +
                                   path + "'`, or choose another folder with KATRA_HOME",
              path);
}

Status CheckPrivateFile(const std::string& path) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return FailErrno("look at", path, errno);
  }
  if (!S_ISREG(info.st_mode)) {
    return Fail(ErrorCode::kPermissionDenied,
                Quote(path) + " is not a regular file, so Katra does not trust it: move it away",
                path);
  }
  return CheckOwnerAndMode(path, info, "600");
}

Status EnsurePrivateFile(const std::string& path) {
  const FileDescriptor file(
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0 && errno != EEXIST) return FailErrno("make", path, errno);
  return CheckPrivateFile(path);
}

Result<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FailErrno("open", path, errno);
  std::string content;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t count = read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FailErrno("read", path, errno);
    if (count == 0) return content;
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > max_bytes) {
      return Fail(ErrorCode::kResourceExhausted,
                  Quote(path) + " is longer than " + std::to_string(max_bytes) + " bytes", path);
    }
  }
}

Status WriteFileAtomically(const std::string& path, std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const FileDescriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return FailErrno("make a file beside", path, errno);
  Status written = WriteAll(file.get(), content, temporary);
  if (written && fsync(file.get()) != 0) written = FailErrno("sync", temporary, errno);
  if (written && rename(temporary.c_str(), path.c_str()) != 0) {
    written = FailErrno("replace", path, errno);
  }
  if (!written) {
    unlink(temporary.c_str());
    return written;
  }
  const auto slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) return FailErrno("sync", folder, errno);
  return {};
}

Result<LockFile> LockFile::Open(const std::string& path) {
  if (auto made = EnsurePrivateFile(path); !made) return Pass(std::move(made));
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return FailErrno("open", path, errno);
  return LockFile(fd, path);
}

LockFile::LockFile(LockFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

Status LockFile::Acquire(std::chrono::steady_clock::time_point deadline,
                         const std::atomic<bool>* cancelled) {
  constexpr std::chrono::milliseconds kPeriod{250};
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK && errno != EINTR) return FailErrno("lock", path_, errno);
#ifdef __linux__
  // A wait shorter than the period must not take a whole one.
  const std::chrono::nanoseconds left = deadline - std::chrono::steady_clock::now();
  const Interrupter interrupter(
      std::clamp<std::chrono::nanoseconds>(left, std::chrono::milliseconds(1), kPeriod), kPeriod);
#endif
  while (true) {
    if (cancelled != nullptr && cancelled->load()) {
      return Fail(ErrorCode::kCancelled, "cancelled while waiting for " + Quote(path_), path_);
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Fail(ErrorCode::kUnavailable,
                  "another process has held " + Quote(path_) +
                      " for too long: try again; `fuser '" + path_ + "'` shows which",
                  path_);
    }
#ifdef __linux__
    if (flock(fd_, LOCK_EX) == 0) return {};
    if (errno != EINTR) return FailErrno("lock", path_, errno);
#else
    if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK && errno != EINTR) return FailErrno("lock", path_, errno);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
#endif
  }
}

void LockFile::Release() { flock(fd_, LOCK_UN); }

}  // namespace katra
