#include "core/user.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "core/text.h"

namespace katra {
namespace {

const passwd* Entry() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  return getpwuid(geteuid());
}

}  // namespace

std::string UserName(const ReadVariable& variable) {
  for (const char* name : {"USER", "LOGNAME"}) {
    if (std::string value = variable(name); !value.empty()) return value;
  }
  const passwd* const entry = Entry();
  return entry == nullptr || entry->pw_name == nullptr ? std::string() : entry->pw_name;
}

std::string UserHome(const ReadVariable& variable) {
  if (std::string home = variable("HOME"); !home.empty()) return home;
  const passwd* const entry = Entry();
  return entry == nullptr || entry->pw_dir == nullptr ? std::string() : entry->pw_dir;
}

Result<std::string> KatraHome(const std::string& given, const std::string& user_home) {
  std::string path = given;
  const bool of_user = path == "~" || path.starts_with("~/");
  if (of_user && user_home.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "Katra's home is given as \"" + OneLine(given, 200) +
                                                 "\", and HOME is not set: give an absolute path");
  }
  if (of_user) path = user_home + path.substr(1);
  if (!path.starts_with('/')) {
    const std::string example = user_home.empty() ? "/home/you" : user_home;
    return Fail(ErrorCode::kInvalidArgument,
                "Katra's home is given as \"" + OneLine(given, 200) +
                    "\", a relative path, which would give each working folder its own home. Give "
                    "KATRA_HOME (or --home) an absolute path, such "
                    "as " +
                    OneLine(example, 200) + "/.katra, or ~/.katra");
  }
  path = std::filesystem::path(path).lexically_normal().string();
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string OwnVariable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

}  // namespace katra
