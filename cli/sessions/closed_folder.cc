#include "cli/sessions/closed_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

namespace katra::cli {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kWritableByOthers = 0022;

// Each home of a user has its own folder.
std::string NameOf(const std::string& home) {
  uint64_t hash = 14'695'981'039'346'656'037U;  // FNV-1a
  for (const char character : home) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 1'099'511'628'211U;
  }
  return "katra-" + std::to_string(hash);
}

}  // namespace

std::string OpenFolderAbove(const std::string& path) {
  std::error_code failed;
  fs::path folder = fs::weakly_canonical(path, failed);
  if (failed) folder = path;
  for (;; folder = folder.parent_path()) {
    struct stat found {};
    if (stat(folder.c_str(), &found) == 0) {
      if (found.st_uid != 0 || (found.st_mode & kWritableByOthers) != 0) return folder.string();
    }
    if (folder == folder.parent_path()) return {};
  }
}

std::string ClosedFolder(const std::string& usual, const Context& context) {
  // A folder created here would not belong to root.
  if (geteuid() != 0) return {};
  if (OpenFolderAbove(usual).empty()) return usual;
  const std::string name = NameOf(context.home());
  std::vector<std::string> places = {context.Variable("XDG_RUNTIME_DIR"),
                                     "/run/user/" + std::to_string(geteuid()), "/run"};
  for (const std::string& place : places) {
    if (place.empty() || place.front() != '/' || access(place.c_str(), W_OK | X_OK) != 0) continue;
    if (OpenFolderAbove(place + "/" + name).empty()) return (fs::path(place) / name).string();
  }
  return {};
}

Status MakeClosedFolder(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return {};
  fs::create_directories(fs::path(path).parent_path(), failed);
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return Fail(ErrorCode::kPermissionDenied, "the folder " + path + " cannot be created: " +
                                                std::generic_category().message(errno));
}

}  // namespace katra::cli
