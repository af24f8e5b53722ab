// Looks at a file before it is read.
#include "router/config/own_file.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"

namespace katra::router {

Result<std::optional<std::string>> ReadOwnFile(const std::string& path, size_t max_bytes) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  const auto refuse = [&](const std::string& what) {
    return Fail(ErrorCode::kPermissionDenied, "\"" + path + "\" " + what, path);
  };
  if (S_ISLNK(info.st_mode)) {
    return refuse("is a link, so Katra does not trust it: put the file itself there");
  }
  if (!S_ISREG(info.st_mode)) {
    return refuse("is not a regular file, so Katra does not trust it: move it away");
  }
  if (info.st_uid != geteuid()) {
    return refuse("belongs to another user (uid " + std::to_string(info.st_uid) +
                  "), so Katra does not trust it: run `sudo chown $(id -u) '" + path + "'`");
  }
  if ((info.st_mode & 022U) != 0) {
    return refuse("can be changed by other users: run `chmod 600 '" + path + "'`");
  }
  auto text = ReadFile(path, max_bytes);
  if (!text) return Pass(std::move(text));
  return std::optional<std::string>(std::move(*text));
}

}  // namespace katra::router
