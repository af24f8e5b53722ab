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

// A file that is not there is empty. Folders on the way may be links: people keep ~/.claude with
// their dotfiles. For a file of a project: CheckWayBelow before. kPermissionDenied: it is a link,
// another user's, or no file: its owner changes it.
[[nodiscard]] Result<UserFile> ReadUserFile(const std::string& path);

// Looks at each folder between `root` and `file`, which lies below it. kPermissionDenied: one of
// them is a link, as in a project that would have Katra read and write outside of it. What is not
// there yet is fine. `root` itself may be reached through links.
[[nodiscard]] Status CheckWayBelow(const std::string& root, const std::string& file);

// Replaces the file, making its folders, and keeps its mode. What was there goes to the backup,
// whose path is returned (empty: there was nothing).
[[nodiscard]] Result<std::string> ReplaceUserFile(const UserFile& file, const std::string& text,
                                                  WallTime now);

// What changes, as lines with - and +. Nothing else of the file is shown: it may hold secrets.
[[nodiscard]] std::string RenderChange(const UserFile& file, const std::string& text);

}  // namespace katra::cli
