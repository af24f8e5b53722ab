// Which repository a path is in, by the files that git leaves: real ones, made by hand.
#include "core/repository.h"

#include <filesystem>
#include <fstream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra {
namespace {

namespace fs = std::filesystem;

// A folder in which repositories are laid out.
class Disk {
 public:
  void Put(const std::string& file, const std::string& text) const {
    fs::create_directories(fs::path(Path(file)).parent_path());
    std::ofstream(Path(file)) << text;
  }
  void MakeRepository(const std::string& folder, const std::string& remote) const {
    Put(folder + "/.git/HEAD", "ref: refs/heads/main\n");
    Put(folder + "/.git/config",
        "[core]\n\tbare = false\n" +
            (remote.empty() ? ""
                            : "[remote \"origin\"]\n\turl = " + remote +
                                  "\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"));
  }
  [[nodiscard]] std::string Path(const std::string& name) const {
    return fs::canonical(home_.path()).string() + "/" + name;
  }
  [[nodiscard]] std::string IdentityOf(const std::string& name) const {
    const auto found = FindRepository(Path(name));
    return found ? found->identity : "";
  }

 private:
  katra::testing::TempHome home_;
};

TEST_CASE("every notation of one remote is one repository, without a login in it") {
  const Disk disk;
  for (const char* remote :
       {"https://github.com/owner/name.git", "https://user:secret@GitHub.com/owner/name",
        "git@github.com:owner/name.git", "ssh://git@github.com:22/owner/name.git/",
        "git://github.com/owner/name", "\"https://github.com/owner/name\"",
        "https://github.com/owner/name.git?token=secret"}) {
    INFO(remote);
    disk.MakeRepository("r", remote);
    CHECK(disk.IdentityOf("r") == "github.com/owner/name");
  }
}

TEST_CASE("a file of a repository, made or not, is found from any depth") {
  const Disk disk;
  disk.MakeRepository("r", "https://example.org/a");
  fs::create_directories(disk.Path("r/src/deep"));
  for (const char* path : {"r", "r/src/deep", "r/src/deep/new.cc", "r/not/made/yet.cc"}) {
    const auto found = FindRepository(disk.Path(path));
    REQUIRE(found);
    CHECK(found->root == disk.Path("r"));
    CHECK(found->identity == "example.org/a");
  }
  CHECK_FALSE(FindRepository(disk.Path("elsewhere/x.cc")));
}

TEST_CASE("a worktree and a clone on this disk are the repository that they come from") {
  const Disk disk;
  const auto with_remote = GENERATE(true, false);
  disk.MakeRepository("main", with_remote ? "git@example.org:a/b.git" : "");
  disk.Put("main/.git/worktrees/side/HEAD", "ref: refs/heads/side\n");
  disk.Put("main/.git/worktrees/side/commondir", "../..\n");
  disk.Put("side/.git", "gitdir: " + disk.Path("main/.git/worktrees/side") + "\n");
  disk.MakeRepository("clone", disk.Path("main/.git"));
  disk.MakeRepository("clone-of-clone", "../clone");
  const std::string expected = with_remote ? "example.org/a/b" : disk.Path("main");
  for (const char* folder : {"main", "side", "clone", "clone-of-clone"}) {
    INFO(folder);
    CHECK(disk.IdentityOf(folder) == expected);
    CHECK(FindRepository(disk.Path(folder))->root == disk.Path(folder));
  }
}

TEST_CASE("the first remote counts, and other sections do not") {
  const Disk disk;
  disk.MakeRepository("r", "");
  disk.Put("r/.git/config",
           "[branch \"main\"]\n\turl = https://no.example/x\n[Remote \"upstream\"]\n"
           "\tpushurl = https://push.example/x\n\tURL = https://first.example/a\n"
           "[remote \"origin\"]\n\turl = https://second.example/b\n");
  CHECK(disk.IdentityOf("r") == "first.example/a");
}

TEST_CASE("what is not a repository is none, and loops end") {
  const Disk disk;
  disk.Put("stray/.git", "gitdir: /nowhere/at/all\n");
  disk.Put("odd/.git", "something else\n");
  fs::create_directories(disk.Path("empty/.git"));
  for (const char* folder : {"stray", "odd", "empty"}) {
    INFO(folder);
    CHECK(disk.IdentityOf(folder).empty());
  }
  disk.MakeRepository("a", "../b");
  disk.MakeRepository("b", "../a");
  CHECK_FALSE(disk.IdentityOf("a").empty());
  disk.MakeRepository("gone", "/srv/git/gone.git");
  CHECK(disk.IdentityOf("gone") == "/srv/git/gone");
}

}  // namespace
}  // namespace katra
