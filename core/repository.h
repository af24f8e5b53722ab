// Finds the git repository that a path is in, by reading .git, without running git. All worktrees
// and clones of one repository have the same identity. Knows nothing of Katra's domain.
#pragma once

#include <optional>
#include <string>

namespace katra {

struct Repository {
  std::string root;  // absolute path of the working tree, links resolved
  // "github.com/owner/name": the first remote without scheme, user, password, port and ".git".
  // Without a remote, or if it is a folder: that of the repository there; at last the main
  // repository's own folder. Not checked: shown like any text that somebody else chose.
  std::string identity;
};

// `path`: absolute; it need not exist. Unset: it is in no repository, or .git cannot be read.
// Blocks on the disk for a few small files. Any thread.
[[nodiscard]] std::optional<Repository> FindRepository(const std::string& path);

}  // namespace katra
