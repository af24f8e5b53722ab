// Checks a file before it is read.
#include "router/config/own_file.h"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"

namespace katra::router {
namespace {

Status CheckOwner(const std::string& path, const struct stat& info, const char* mode) {
  const auto refuse = [&](const std::string& what) {
    return Fail(ErrorCode::kPermissionDenied, "\"" + path + "\" " + what, path);
  };
  if (info.st_uid != geteuid()) {
    return refuse("belongs to another user (uid " + std::to_string(info.st_uid) +
                  "), so Katra does not trust it: run `sudo chown $(id -u) '" + path + "'`");
  }
  if ((info.st_mode & 022U) != 0) {
    return refuse("can be changed by other users: run `chmod " + std::string(mode) + " '" + path +
                  "'`");
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> ReadOwnFile(const std::string& path, size_t max_bytes) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!S_ISREG(info.st_mode)) {
    const bool link = S_ISLNK(info.st_mode);
    return Fail(ErrorCode::kPermissionDenied,
                "\"" + path + "\" is " + (link ? "a link" : "not a regular file") +
                    ", so Katra does not trust it: " +
                    (link ? "put the file itself there" : "move it away"),
                path);
  }
  if (auto own = CheckOwner(path, info, "600"); !own) return Pass(std::move(own));
  auto text = ReadFile(path, max_bytes);
  if (!text) return Pass(std::move(text));
  return std::optional<std::string>(std::move(*text));
}

Status CheckOwnFolder(const std::string& path, bool may_be_link) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) return {};
  if (S_ISLNK(info.st_mode) && !may_be_link) {
    return Fail(ErrorCode::kPermissionDenied,
                "\"" + path +
                    "\" is a link, so Katra does not trust where it leads: put the folder itself "
                    "there",
                path);
  }
  if (stat(path.c_str(), &info) != 0) return {};
  return CheckOwner(path, info, "700");
}

}  // namespace katra::router
