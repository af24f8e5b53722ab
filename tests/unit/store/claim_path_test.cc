// How paths of claims are read, and which of them meet.
#include "store/claim_path.h"

#include <filesystem>
#include <fstream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store {
namespace {

namespace fs = std::filesystem;

bool Meet(const std::string& a, const std::string& b) {
  const bool meet = PathsMeet({"p", "/r", a}, {"p", "/r", b});
  CHECK(PathsMeet({"p", "/r", b}, {"p", "/r", a}) == meet);
  return meet;
}

class Tree {
 public:
  Tree() {
    fs::create_directories(folder() + "/r/src/store");
    fs::create_directories(folder() + "/r/.git");
    std::ofstream(folder() + "/r/.git/HEAD") << "ref: refs/heads/main\n";
    std::ofstream(folder() + "/r/.git/config")
        << "[remote \"origin\"]\nurl = git@example.org:a/b.git\n";
    std::ofstream(folder() + "/r/src/a.cc") << "\n";
  }
  [[nodiscard]] std::string folder() const { return fs::canonical(home_.path()).string(); }
  [[nodiscard]] std::string Read(const std::string& text, const std::string& from = "r") const {
    const auto path = ResolveClaimPath(text, folder() + "/" + from);
    INFO(text);
    REQUIRE(path);
    CHECK(path->project == "example.org/a/b");
    CHECK(path->root == folder() + "/r");
    return path->pattern;
  }

 private:
  katra::testing::TempHome home_;
};

}  // namespace

TEST_CASE("paths are read relative to the repository, wherever the session is") {
  const Tree tree;
  CHECK(tree.Read("src/a.cc") == "src/a.cc");
  CHECK(tree.Read(" ./src/../src/a.cc ") == "src/a.cc");
  CHECK(tree.Read("a.cc", "r/src") == "src/a.cc");
  CHECK(tree.Read("../src/new.cc", "r/src") == "src/new.cc");
  CHECK(tree.Read(tree.folder() + "/r/src/a.cc", "elsewhere") == "src/a.cc");
  CHECK(tree.Read("src") == "src/**");
  CHECK(tree.Read("src/") == "src/**");
  CHECK(tree.Read("not/made/") == "not/made/**");
  CHECK(tree.Read("not/made") == "not/made");
  CHECK(tree.Read(".") == "**");
  CHECK(tree.Read("src/**/*.cc") == "src/**/*.cc");
  CHECK(tree.Read("*.md", "r/src") == "src/*.md");
  CHECK(tree.Read("src/*/") == "src/*/**");
  CHECK(tree.Read("app/[id]/page.tsx") == "app/[id]/page.tsx");
  fs::create_symlink(tree.folder() + "/r/src", tree.folder() + "/link");
  CHECK(tree.Read(tree.folder() + "/link/a.cc") == "src/a.cc");
}

TEST_CASE("outside a repository a path is absolute") {
  const Tree tree;
  const auto path = ResolveClaimPath("notes/x.txt", tree.folder());
  REQUIRE(path);
  CHECK(path->project.empty());
  CHECK(path->root.empty());
  CHECK(path->pattern == tree.folder() + "/notes/x.txt");
}

TEST_CASE("a path that means nothing is refused, and the error names it") {
  for (const std::string& text : std::vector<std::string>{"", "  ", "~/x", std::string(501, 'x'),
                                                          "a\nb", "\xff", std::string("a\0b", 3)}) {
    const auto path = ResolveClaimPath(text, "/");
    INFO(text);
    REQUIRE_FALSE(path);
    CHECK(path.error().code == ErrorCode::kInvalidArgument);
  }
  CHECK_FALSE(ResolveClaimPath("x", ""));
  CHECK(ResolveClaimPath("/x", ""));
}

TEST_CASE("patterns meet if some file matches both") {
  CHECK(Meet("src/a.cc", "src/a.cc"));
  CHECK_FALSE(Meet("src/a.cc", "src/b.cc"));
  CHECK_FALSE(Meet("src/a.cc", "src/a.cc/b"));
  CHECK(Meet("src/*.cc", "src/a.cc"));
  CHECK_FALSE(Meet("src/*.cc", "src/x/a.cc"));
  CHECK_FALSE(Meet("src/*.cc", "src/a.h"));
  CHECK(Meet("src/**/*.cc", "src/a.cc"));
  CHECK(Meet("src/**/*.cc", "src/x/y/a.cc"));
  CHECK_FALSE(Meet("src/**/*.cc", "src/a.h"));
  CHECK(Meet("src/**", "src/x/y/a.cc"));
  CHECK_FALSE(Meet("src/**", "srcs/a.cc"));
  CHECK(Meet("**", "anything/at/all"));
  CHECK(Meet("src/store/**", "src/**/*.cc"));
  CHECK(Meet("src/**/a*", "src/**/*b"));
  CHECK_FALSE(Meet("src/**/a*", "src/**/b*"));
  CHECK_FALSE(Meet("*.cc", "*.h"));
  CHECK(Meet("a?c", "abc"));
  CHECK(Meet("a?c", "aéc"));
  CHECK_FALSE(Meet("a?c", "ac"));
  CHECK(Meet("a?c", "*"));
  CHECK_FALSE(Meet("app/[id].tsx", "app/i.tsx"));
  CHECK(Meet("**/x", "x"));
  CHECK_FALSE(Meet("A.cc", "a.cc"));
  const std::string stars(250, '*');
  CHECK(Meet(stars + "a", stars + "*a"));
}

TEST_CASE("the same file of two worktrees meets, that of two repositories does not") {
  const ClaimPath here{"p", "/r", "src/a.cc"};
  CHECK(PathsMeet(here, {"p", "/worktree", "src/**"}));
  CHECK_FALSE(PathsMeet(here, {"other", "/x", "src/a.cc"}));
  // A claim on a folder that contains whole repositories, and one inside another.
  CHECK(PathsMeet(here, {"", "", "/r/**"}));
  CHECK(PathsMeet({"inner", "/r/src", "a.cc"}, here));
  CHECK_FALSE(PathsMeet(here, {"", "", "/x/**"}));
}

TEST_CASE("a folder contains what is in it") {
  const ClaimPath file{"p", "/r", "src/a.cc"};
  CHECK(PathContains(file, file));
  CHECK(PathContains({"p", "/r", "src/**"}, file));
  CHECK(PathContains({"p", "/r", "src"}, {"p", "/r", "src/**"}));
  CHECK_FALSE(PathContains({"p", "/r", "src/*"}, {"p", "/r", "src/x/**"}));
  CHECK(PathContains({"p", "/r", "**"}, file));
  CHECK_FALSE(PathContains(file, {"p", "/r", "src/**"}));
  CHECK_FALSE(PathContains({"p", "/r", "sr/**"}, file));
  CHECK_FALSE(PathContains({"p", "/other", "src/a.cc"}, file));
}

}  // namespace katra::store
