// Finds a project's file and reads it, if nobody else could have written it.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "router/config/project/project_file.h"

namespace katra::router::project {
namespace {

constexpr size_t kMaxBytes = size_t{64} * 1024;
constexpr int kMaxFolders = 64;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) (void)close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> Untrusted(const std::string& path, const std::string& why) {
  return Fail(ErrorCode::kPermissionDenied,
              "\"" + path + "\" " + why + "; until then Katra ignores the project's routes");
}

tl::unexpected<Error> CannotRead(const std::string& path, int code) {
  if (code == ELOOP) return Untrusted(path, "is a link: put the file itself there");
  if (code == ENOTDIR) return Untrusted(path, "is not what it should be: move it away");
  return Untrusted(
      path, std::string("cannot be read (") + std::strerror(code) + "): make it readable for you");
}

Status CheckOwner(const std::string& path, const struct stat& info) {
  if (info.st_uid != geteuid()) {
    return Untrusted(path, "belongs to another user (uid " + std::to_string(info.st_uid) +
                               "): if you trust it, run `sudo chown $(id -u) '" + path + "'`");
  }
  if ((info.st_mode & 022U) != 0) {
    return Untrusted(path, "can be changed by other users: run `chmod go-w '" + path + "'`");
  }
  return {};
}

std::string RealPath(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : std::string();
}

// Whether `folder` is `path` or above it.
bool Holds(const std::string& folder, const std::string& path) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

Result<std::string> ReadAll(int fd, const std::string& path) {
  std::string text;
  std::array<char, 8192> piece{};
  for (;;) {
    const ssize_t count = read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, errno);
    if (count == 0) return text;
    text.append(piece.data(), static_cast<size_t>(count));
    if (text.size() > kMaxBytes) {
      return Untrusted(path,
                       "is longer than " + std::to_string(kMaxBytes / 1024) + " KiB: shorten it");
    }
  }
}

// Without a path: `folder` has no such file. What is checked is what is read: everything is done
// with the opened files.
Result<ProjectFile> ReadIn(const std::string& folder) {
  const std::string inner = folder + "/.katra";
  const Descriptor held(
      open(inner.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  const int no_folder = held.get() < 0 ? errno : 0;
  if (no_folder == ENOENT) return ProjectFile{};
  const std::string path = inner + "/routing.json";
  if (no_folder != 0) {
    struct stat there {};
    // A link, a file or a closed folder of that name matters only if it could lead to one.
    const bool leads = no_folder == EACCES || stat(path.c_str(), &there) == 0;
    if (!leads) return ProjectFile{};
    if (lstat(inner.c_str(), &there) == 0 && S_ISLNK(there.st_mode)) {
      return Untrusted(inner, "is a link: put the folder itself there");
    }
    return CannotRead(inner, no_folder);
  }
  const Descriptor file(
      openat(held.get(), "routing.json", O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return ProjectFile{};
    return CannotRead(path, errno);
  }
  struct stat info {};
  if (fstat(held.get(), &info) != 0) return CannotRead(inner, errno);
  if (auto own = CheckOwner(inner, info); !own) return Pass(std::move(own));
  if (fstat(file.get(), &info) != 0) return CannotRead(path, errno);
  if (!S_ISREG(info.st_mode)) return Untrusted(path, "is not a regular file: move it away");
  if (auto own = CheckOwner(path, info); !own) return Pass(std::move(own));
  auto text = ReadAll(file.get(), path);
  if (!text) return Pass(std::move(text));
  return ProjectFile{path, std::move(*text)};
}

}  // namespace

Result<ProjectFile> FindProjectFile(const std::string& folder, const std::string& user_home) {
  std::string at = folder.starts_with('/') ? RealPath(folder) : std::string();
  const std::string home = user_home.empty() ? std::string() : RealPath(user_home);
  for (int count = 0; count < kMaxFolders && at.size() > 1; ++count) {
    if (!home.empty() && Holds(at, home)) return ProjectFile{};
    auto found = ReadIn(at);
    if (!found || !found->path.empty()) return found;
    at.erase(at.rfind('/'));
  }
  return ProjectFile{};
}

}  // namespace katra::router::project
