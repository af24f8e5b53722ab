// Gives a persona a work tree and a branch of its own, so that agents in one repository do not
// overwrite each other's files. Removes nothing.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

struct OwnWorkTree {
  std::string path;    // of the work tree
  std::string folder;  // to work in: the same folder below `path` as in the repository
  bool exists = false;
};

// Where `branch` is or would be checked out, for a session in `folder`: where git already has it,
// else at REPOSITORY.worktrees/BRANCH beside the main work tree. Changes nothing.
// kInvalidArgument: not a branch's name. kNotFound: `folder` is in no repository. kAlreadyExists:
// the main work tree has the branch, or something else is at that path.
// kFailedPrecondition: git is not installed.
[[nodiscard]] Result<OwnWorkTree> FindWorkTree(const std::string& branch, const std::string& folder,
                                               const Context& context);

// Makes it if it does not exist, with a new branch from the HEAD of `folder` if there is none of
// that name. Its folder exists afterwards; `exists` says whether it did before. Errors: as above,
// or git's own.
[[nodiscard]] Result<OwnWorkTree> MakeWorkTree(const std::string& branch, const std::string& folder,
                                               const Context& context);

}  // namespace katra::cli
