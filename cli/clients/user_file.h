// Reads a client's configuration file, shows changes, and replaces it, keeping a backup beside it.
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

// A missing file counts as empty. Folders on the way may be links, because people keep ~/.claude
// with their dotfiles. For a project's file call CheckWayBelow first. kPermissionDenied: it is a
// link, another user's, or not a file, so only its owner should change it.
[[nodiscard]] Result<UserFile> ReadUserFile(const std::string& path);

// Checks each folder between `root` and `file`, which is below it. kPermissionDenied: one of them
// is a link, through which a project could make Katra read and write outside of it. Missing folders
// are fine. `root` itself may be reached through links.
[[nodiscard]] Status CheckWayBelow(const std::string& root, const std::string& file);

// Replaces the file, creating its folders and keeping its mode. Returns the path of the backup of
// the old contents (empty: there were none).
[[nodiscard]] Result<std::string> ReplaceUserFile(const UserFile& file, const std::string& text,
                                                  WallTime now);

// The change as lines with - and +. Shows nothing else of the file, because it may contain secrets.
[[nodiscard]] std::string RenderChange(const UserFile& file, const std::string& text);

}  // namespace katra::cli
