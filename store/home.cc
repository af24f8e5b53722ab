#include "store/home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "core/files.h"

namespace katra::store {
namespace {

constexpr std::array<std::string_view, 2> kConfiguration = {"router", "providers.conf"};

bool HoldsOnlyConfiguration(const std::string& path) {
  std::error_code failed;
  const std::filesystem::directory_iterator entries(path, failed);
  return !failed && std::all_of(begin(entries), end(entries), [](const auto& entry) {
    const std::string name = entry.path().filename().string();
    return std::find(kConfiguration.begin(), kConfiguration.end(), name) != kConfiguration.end();
  });
}

}  // namespace

Status EnsureHome(const std::string& path) {
  struct stat info = {};
  const bool mine =
      stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
  // A folder that others can write to may already contain their files.
  const bool open_to_looks = (info.st_mode & 077U) != 0 && (info.st_mode & 022U) == 0;
  if (mine && open_to_looks && HoldsOnlyConfiguration(path)) {
    chmod(path.c_str(), 0700);  // remaining problems are reported below
  }
  // The home itself may be its owner's symbolic link to another disk; nothing inside it may be a
  // link.
  struct stat link = {};
  if (lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode) && link.st_uid == geteuid()) {
    std::error_code failed;
    const std::string target = std::filesystem::canonical(path, failed).string();
    if (!failed) return EnsurePrivateFolder(target);
  }
  return EnsurePrivateFolder(path);
}

}  // namespace katra::store
