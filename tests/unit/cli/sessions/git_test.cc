// What git says about sessions' folders, and the work trees that `--worktree` makes. Runs git.
#include "cli/sessions/git.h"

#include "cli/sessions/work_tree.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

constexpr std::chrono::seconds kPatience{60};

// A repository in work/app with one commit on the branch "main".
struct Repository {
  TestUser user;

  Repository() {
    user.environment.insert({{"GIT_AUTHOR_NAME", "T"},
                             {"GIT_AUTHOR_EMAIL", "t@example.org"},
                             {"GIT_COMMITTER_NAME", "T"},
                             {"GIT_COMMITTER_EMAIL", "t@example.org"},
                             {"GIT_CONFIG_NOSYSTEM", "1"}});
    user.Write("work/app/lib/a", "one\ntwo\n");
    Run("git init -q -b main && git add . && git commit -qm first");
  }
  [[nodiscard]] std::string Path(const std::string& name = "") const {
    return user.Path("work/app" + name);
  }
  void Run(const std::string& script, const std::string& folder = "") const {
    const auto run = RunProcess(
        {"/bin/sh", {"-c", script}, user.environment, folder.empty() ? Path() : folder}, kPatience);
    REQUIRE(run);
    INFO(run->err);
    REQUIRE(run->exit_code == 0);
  }
  [[nodiscard]] Git Open() { return *Git::Find(user.Make()); }
  // "main +1 -2"
  [[nodiscard]] std::string Seen(const std::string& folder) {
    const auto changes = Open().ChangesIn(folder, kPatience);
    if (!changes) return changes.error().message;
    if (!changes->added_lines) return changes->branch + " unknown";
    return changes->branch + " +" + std::to_string(*changes->added_lines) + " -" +
           std::to_string(*changes->removed_lines);
  }
};

TEST_CASE("what is not committed counts, with new files, and the index stays as it is") {
  Repository with;
  CHECK(with.Seen(with.Path()) == "main +0 -0");
  with.user.Write("work/app/lib/a", "one\n2\nthree\n");
  with.user.Write("work/app/new file", "1\n2\n3\n");
  with.user.Write("work/app/[*]", "odd\n");
  with.user.Write("work/app/.gitignore", "ignored\n");
  with.user.Write("work/app/ignored", "much\n");
  with.user.Write("work/app/other/file", "x\n");
  with.Run("git init -q", with.Path("/other"));  // another repository within
  const std::string index = with.user.Read("work/app/.git/index");
  CHECK(with.Seen(with.Path()) == "main +7 -1");
  CHECK(with.Seen(with.Path("/lib")) == "main +7 -1");
  CHECK(with.user.Read("work/app/.git/index") == index);
}

TEST_CASE("a work tree is compared with the commit at which its branch left the main one") {
  Repository with;
  with.Run("git worktree add -q -b fix ../fix");
  with.user.Write("work/fix/lib/a", "one\n");
  with.Run("git commit -qam second", with.user.Path("work/fix"));
  with.user.Write("work/fix/b", "new\n");
  CHECK(with.Seen(with.user.Path("work/fix")) == "fix +1 -1");
  // The main work tree goes on; that is not the branch's change.
  with.user.Write("work/app/c", "more\n");
  with.Run("git add . && git commit -qm third");
  CHECK(with.Seen(with.user.Path("work/fix")) == "fix +1 -1");
  CHECK(with.Seen(with.Path()) == "main +0 -0");
}

TEST_CASE("what git cannot say is unknown") {
  Repository with;
  mkdir(with.user.Path("work/plain").c_str(), 0700);
  CHECK(with.Seen(with.user.Path("work/plain")) ==
        with.user.Path("work/plain") + " is in no git repository");
  CHECK_FALSE(with.Open().ChangesIn(with.user.Path("work/nowhere"), kPatience));
  with.Run("mkdir ../empty && cd ../empty && git init -q -b start");
  CHECK(with.Seen(with.user.Path("work/empty")) == "start unknown");
  with.Run("git checkout -q --detach");
  CHECK(with.Seen(with.Path()).size() == std::string("1234567 +0 -0").size());
  // A hook of git names its own repository to what it runs.
  with.user.environment["GIT_DIR"] = with.user.Path("work/empty/.git");
  CHECK(with.Seen(with.Path()).find("+0 -0") != std::string::npos);
  with.user.environment["PATH"] = with.user.Path("bin");
  const auto none = Git::Find(with.user.Make());
  REQUIRE_FALSE(none);
  CHECK(none.error().message.rfind("git is not installed", 0) == 0);
}

TEST_CASE("--worktree makes a work tree and a branch, and finds them again") {
  Repository with;
  const Context context = with.user.Make();
  const std::string trees = with.Path(".worktrees");
  Result<OwnWorkTree> tree = MakeWorkTree("fix/login", with.Path("/lib"), context);
  REQUIRE(tree);
  CHECK(tree->path == trees + "/fix-login");
  CHECK(tree->folder == trees + "/fix-login/lib");
  CHECK_FALSE(tree->exists);
  CHECK(with.Seen(tree->folder) == "fix/login +0 -0");
  tree = MakeWorkTree("fix/login", with.Path(), context);
  REQUIRE(tree);
  CHECK(tree->exists);
  CHECK(tree->folder == trees + "/fix-login");
  // From within a work tree, the next one lies beside it.
  tree = MakeWorkTree("second", tree->path, context);
  REQUIRE(tree);
  CHECK(tree->path == trees + "/second");
  // A branch that exists is checked out, wherever git already has it.
  with.Run("git branch old && git worktree add -q ../elsewhere old");
  tree = MakeWorkTree("old", with.Path(), context);
  REQUIRE(tree);
  CHECK(tree->path == with.user.Path("work/elsewhere"));
  // One whose folder was removed is made anew.
  with.Run("rm -r ../elsewhere && git worktree prune");
  tree = MakeWorkTree("old", with.Path(), context);
  REQUIRE(tree);
  CHECK(tree->path == trees + "/old");
}

TEST_CASE("--worktree refuses what it cannot make, and makes nothing") {
  Repository with;
  mkdir(with.user.Path("work/plain").c_str(), 0700);
  with.user.Write("work/app.worktrees/taken/file", "mine");
  with.Run("mkdir ../empty && cd ../empty && git init -q");
  const Context context = with.user.Make();
  struct Case {
    const char* branch;
    std::string folder;
    ErrorCode code;
    const char* text;
  };
  const Case cases[] = {
      {"main", with.Path(), ErrorCode::kAlreadyExists, "checked out in the repository's main"},
      {"taken", with.Path(), ErrorCode::kAlreadyExists, "is not the work tree of taken"},
      {"a b", with.Path(), ErrorCode::kInvalidArgument, "cannot be a branch's name"},
      {"-x", with.Path(), ErrorCode::kInvalidArgument, "cannot be a branch's name"},
      {"../x", with.Path(), ErrorCode::kInvalidArgument, "cannot be a branch's name"},
      {"@{-1}", with.Path(), ErrorCode::kInvalidArgument, "cannot be a branch's name"},
      {"fix", with.user.Path("work/plain"), ErrorCode::kNotFound, "is in no git repository"},
      {"fix", with.user.Path("work/empty"), ErrorCode::kFailedPrecondition, "has no commit"},
  };
  for (const Case& one : cases) {
    INFO(one.branch << " in " << one.folder);
    const auto made = MakeWorkTree(one.branch, one.folder, context);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == one.code);
    CHECK(made.error().message.find(one.text) != std::string::npos);
  }
  CHECK(with.Open().WorkTrees(with.Path())->size() == 1);
}

}  // namespace
}  // namespace katra::cli::testing
