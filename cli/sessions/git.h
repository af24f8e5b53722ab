// Asks git about the folders that sessions work in, and makes work trees for them. Runs git, which
// takes some milliseconds a call, and never takes the lock of a repository's index. Knows no
// session.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// One work tree of a repository, as `git worktree list` names it.
struct WorkTree {
  std::string path;    // absolute
  std::string branch;  // without "refs/heads/"; empty: none is checked out
};

// What has changed in a folder's work tree since its branch left the commit that the repository's
// main work tree has checked out; in the main work tree itself: since the last commit. Files that
// git does not know yet are included, ignored ones are not.
struct Changes {
  std::string branch;                  // a short commit id if no branch is checked out
  std::optional<int64_t> added_lines;  // unset: unknown (no commit yet, or git took too long)
  std::optional<int64_t> removed_lines;
};

// Used by one thread.
class Git {
 public:
  // kFailedPrecondition: git is not installed.
  static Result<Git> Find(const Context& context);

  // Runs git five to six times, each with `patience`; what it does not answer in time is unknown.
  // kNotFound: the folder is in no repository.
  [[nodiscard]] Result<Changes> ChangesIn(const std::string& folder,
                                          std::chrono::milliseconds patience) const;

  // Runs `git diff` on what ChangesIn counts, in this terminal and with the user's pager and
  // colours. Returns git's exit code. kNotFound: the folder is in no repository, or the repository
  // has no commit.
  [[nodiscard]] Result<int> Diff(const std::string& folder,
                                 const std::vector<std::string>& arguments) const;

  // All work trees of the folder's repository, the main one first. kNotFound: as above.
  [[nodiscard]] Result<std::vector<WorkTree>> WorkTrees(const std::string& folder) const;
  // The root of the folder's work tree. kNotFound: as above.
  [[nodiscard]] Result<std::string> Root(const std::string& folder) const;
  // kInvalidArgument: `branch` cannot be a branch's name.
  [[nodiscard]] Status CheckBranchName(const std::string& branch) const;
  // Makes the work tree at `path` on `branch`, which is created from the folder's HEAD if it does
  // not exist. kFailedPrecondition: git refused; the message has its reason.
  [[nodiscard]] Status AddWorkTree(const std::string& folder, const std::string& path,
                                   const std::string& branch) const;

 private:
  Git(std::string program, Environment environment)
      : program_(std::move(program)), environment_(std::move(environment)) {}

  [[nodiscard]] ProcessSpec Command(const std::string& folder,
                                    std::vector<std::string> arguments) const;
  // Its output without trailing line ends. kFailedPrecondition: it failed, with its reason.
  [[nodiscard]] Result<std::string> Ask(const std::string& folder,
                                        std::vector<std::string> arguments,
                                        std::chrono::milliseconds patience) const;

  struct Comparison;
  // Prepares what Changes and Diff compare.
  [[nodiscard]] Result<std::unique_ptr<Comparison>> Compare(
      const std::string& folder, std::chrono::milliseconds patience) const;

  std::string program_;
  Environment environment_;
};

}  // namespace katra::cli
