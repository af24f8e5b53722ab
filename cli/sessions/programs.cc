#include "cli/sessions/programs.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "core/text.h"

namespace katra::cli {
namespace {

bool IsProgram(const std::string& path) {
  struct stat file {};
  return stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) && access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::string FindProgram(const Context& context, const std::string& name) {
  if (name.empty()) return {};
  const std::filesystem::path here(context.working_folder());
  if (name.find('/') != std::string::npos) {
    std::string path = (here / name).lexically_normal().string();
    return IsProgram(path) ? path : std::string();
  }
  for (const std::string& folder : Split(context.Variable("PATH"), ':')) {
    // An empty entry would mean the working folder, whose programs must not be run by name.
    if (folder.empty()) continue;
    std::string path = (here / folder / name).lexically_normal().string();
    if (IsProgram(path)) return path;
  }
  return {};
}

std::string FindOwnProgram(const Context& context, const std::string& name) {
  if (!context.executable().empty()) {
    std::string beside =
        (std::filesystem::path(context.executable()).parent_path() / name).string();
    if (IsProgram(beside)) return beside;
  }
  return FindProgram(context, name);
}

}  // namespace katra::cli
