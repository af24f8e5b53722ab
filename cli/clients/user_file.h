// A client's configuration file: read, shown as a difference, and replaced with a backup beside it.
// Knows no format.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

struct UserFile {
  std::string path;
  std::string text;
  bool exists = false;
  unsigned mode = 0600;
};

// A file that is not there is empty. kPermissionDenied: it is a link, another user's, or no file:
// its owner changes it.
[[nodiscard]] Result<UserFile> ReadUserFile(const std::string& path);

// Replaces the file, making its folders, and keeps its mode. What was there goes to the backup,
// whose path is returned (empty: there was nothing).
[[nodiscard]] Result<std::string> ReplaceUserFile(const UserFile& file, const std::string& text,
                                                  WallTime now);

// What changes, as lines with - and +. Nothing else of the file is shown: it may hold secrets.
[[nodiscard]] std::string RenderChange(const UserFile& file, const std::string& text);

}  // namespace katra::cli
