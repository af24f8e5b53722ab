#include "cli/sessions/work_tree.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "cli/sessions/git.h"
#include "core/text.h"

namespace katra::cli {
namespace {

namespace fs = std::filesystem;

std::string WithoutSuffix(std::string text, std::string_view suffix) {
  if (text.size() > suffix.size() && text.ends_with(suffix)) {
    text.resize(text.size() - suffix.size());
  }
  return text;
}

// "feature/login" is one folder, so that no branch's work tree lies within another's.
std::string FolderName(std::string branch) {
  std::replace(branch.begin(), branch.end(), '/', '-');
  return branch;
}

// The folder below `tree` that corresponds to `folder` below `root`; `tree` if it has none.
std::string SameFolder(const std::string& folder, const std::string& root,
                       const std::string& tree) {
  std::error_code failed;
  const fs::path real = fs::canonical(folder, failed);
  const fs::path below = real.lexically_relative(root);
  if (failed || below.empty() || below == "." || below.begin()->string() == "..") return tree;
  const fs::path same = fs::path(tree) / below;
  return fs::is_directory(same, failed) ? same.string() : tree;
}

}  // namespace

Result<OwnWorkTree> FindWorkTree(const std::string& branch, const std::string& folder,
                                 const Context& context) {
  const Result<Git> git = Git::Find(context);
  if (!git) return tl::unexpected<Error>(git.error());
  if (Status named = git->CheckBranchName(branch); !named) {
    return tl::unexpected<Error>(named.error());
  }
  const Result<std::vector<WorkTree>> trees = git->WorkTrees(folder);
  if (!trees) return tl::unexpected<Error>(trees.error());
  const std::string root = git->Root(folder).value_or(trees->front().path);
  OwnWorkTree own;
  const auto has = std::find_if(trees->begin(), trees->end(),
                                [&](const WorkTree& tree) { return tree.branch == branch; });
  if (has == trees->begin()) {
    return Fail(ErrorCode::kAlreadyExists,
                "the branch " + branch + " is checked out in the repository's main work tree, " +
                    has->path + ": name another branch, or start without --worktree");
  }
  std::error_code failed;
  if (has != trees->end() && fs::is_directory(has->path, failed)) {
    own.path = has->path;
    own.exists = true;
  } else {
    const std::string main = WithoutSuffix(WithoutSuffix(trees->front().path, "/.git"), ".git");
    own.path = has != trees->end() ? has->path : main + ".worktrees/" + FolderName(branch);
    if (fs::exists(own.path, failed) && !fs::is_empty(own.path, failed)) {
      return Fail(ErrorCode::kAlreadyExists, own.path + " exists and is not the work tree of " +
                                                 branch +
                                                 ": name another branch, or move that folder away");
    }
  }
  own.folder = SameFolder(folder, root, own.path);
  return own;
}

Result<OwnWorkTree> MakeWorkTree(const std::string& branch, const std::string& folder,
                                 const Context& context) {
  Result<OwnWorkTree> tree = FindWorkTree(branch, folder, context);
  if (!tree || tree->exists) return tree;
  const Result<Git> git = Git::Find(context);
  if (!git) return tl::unexpected<Error>(git.error());
  if (const Status added = git->AddWorkTree(folder, tree->path, branch); !added) {
    return tl::unexpected<Error>(added.error());
  }
  tree->folder = SameFolder(folder, git->Root(folder).value_or(folder), tree->path);
  return tree;
}

}  // namespace katra::cli
