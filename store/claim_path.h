// The paths that claims are about: files, folders and patterns, relative to their repository, so
// that the same file is recognised in every worktree and clone. Knows no store.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::store {

inline constexpr size_t kMaxClaimPathBytes = 500;

struct ClaimPath {
  std::string project;  // core/repository.h's identity; empty: in no repository
  std::string root;     // the working tree's folder, absolute; empty: in no repository
  // Relative to `root`, without it absolute. `*` and `?` match within a name, `**` any number of
  // folders. A folder is "FOLDER/**", the whole repository "**".
  std::string pattern;

  friend bool operator==(const ClaimPath&, const ClaimPath&) = default;
};

// Reads a path as people and models write it. An existing folder, and a path that ends with '/',
// stand for everything in them. Links are resolved up to the first `*` or `?`. `working_folder`:
// absolute, or empty. kInvalidArgument: the path is empty, longer than kMaxClaimPathBytes, not
// UTF-8, contains control characters, begins with `~`, or is relative without a working folder.
// Blocks on the disk for a few small files. Any thread.
[[nodiscard]] Result<ClaimPath> ResolveClaimPath(std::string_view text,
                                                 const std::string& working_folder);

// Whether some file is meant by both: of one repository, or at one place on the disk. Pure.
[[nodiscard]] bool PathsMeet(const ClaimPath& a, const ClaimPath& b);

// Whether `outer` is the same as `inner`, or a folder that contains it, written as "FOLDER" or
// "FOLDER/**". Pure.
[[nodiscard]] bool PathContains(const ClaimPath& outer, const ClaimPath& inner);

}  // namespace katra::store
