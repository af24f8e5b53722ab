// katra config edit never costs its user anything: not the file, not what was written meanwhile,
// not what was written and refused.
#include "cli/config/editing.h"

#include <unistd.h>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

constexpr const char* kFile = "katra/router/personas.json";
constexpr const char* kCopy = "katra/router/personas.json.edited";
constexpr const char* kGood = "{\"personas\": {\"Sam\": {\"provider\": \"openai\"}}}\n";
constexpr const char* kWrong = "{\n,}";

class Editor : public TestUser {
 public:
  // The editor is a script, which gets the copy's path as $1.
  Outcome Edit(const std::string& script) {
    Install("editor", script);
    environment["EDITOR"] = Path("bin/editor");
    return Run({"config", "edit"});
  }
  [[nodiscard]] static std::string Writes(const std::string& text) {
    return "printf '%s' '" + text + "' >\"$1\"";
  }
};

TEST_CASE("the editor sees the file as it is, every byte of it") {
  Editor user;
  const std::string text = "{\n\t\"personas\": {},\r\n  \"default_provider\":   \"openai\"}";
  user.Write(kFile, text);
  const Outcome outcome = user.Edit("cp \"$1\" " + user.Path("seen"));
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "Nothing was changed.\n");
  CHECK(user.Read("seen") == text);
  CHECK(user.Read(kFile) == text);
  CHECK_FALSE(user.Has(kCopy));
}

TEST_CASE("what the editor writes takes the file's place byte by byte, closed to others") {
  Editor user;
  user.Write(kFile, "{}", 0644);
  const Outcome outcome = user.Edit(Editor::Writes(kGood));
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "Wrote " + user.Path(kFile) + "\n");
  CHECK(user.Read(kFile) == kGood);
  CHECK(user.Mode(kFile) == 0600);
  CHECK_FALSE(user.Has(kCopy));
}

TEST_CASE("the copy is closed to others while it is edited") {
  Editor user;
  user.Write(kFile, "{}", 0644);
  user.Edit("stat -c %a \"$1\" >" + user.Path("mode"));
  CHECK(user.Read("mode") == "600\n");
}

TEST_CASE("what is wrong is refused with its line, kept, and gone on with") {
  Editor user;
  user.Write(kFile, "{}");
  const Outcome refused = user.Edit(Editor::Writes(kWrong));
  CHECK(refused.code == 2);
  CHECK(Contains(refused.err, user.Path(kFile) + ":2:"));
  CHECK_FALSE(Contains(refused.err, user.Path(kCopy) + ":"));
  CHECK(user.Read(kFile) == "{}");
  CHECK(user.Read(kCopy) == kWrong);
  const Outcome again = user.Edit("cp \"$1\" " + user.Path("seen") + "; " + Editor::Writes(kGood));
  CHECK(again.code == 0);
  CHECK(Contains(again.err, "Going on with what was left in " + user.Path(kCopy)));
  CHECK(user.Read("seen") == kWrong);
  CHECK(user.Read(kFile) == kGood);
}

TEST_CASE("an editor that fails leaves the file, and what was refused before") {
  Editor user;
  user.Write(kFile, "{}");
  SECTION("nothing was refused: the copy goes") {
    CHECK(user.Edit(Editor::Writes(kGood) + "; exit 1").code == 11);
    CHECK_FALSE(user.Has(kCopy));
  }
  SECTION("the next editor cannot be started") {
    user.Edit(Editor::Writes(kWrong));
    const Outcome outcome = user.Edit("exit 127");
    CHECK(outcome.code == 11);
    CHECK(Contains(outcome.err, "What you wrote before is still in " + user.Path(kCopy)));
    CHECK(user.Read(kCopy) == kWrong);
  }
  SECTION("the user gives up the second time") {
    user.terminal.in = user.terminal.err = true;
    user.input = "y\n";
    const Outcome outcome = user.Edit("test -e " + user.Path("once") + " && exit 1; touch " +
                                      user.Path("once") + "; " + Editor::Writes(kWrong));
    CHECK(outcome.code == 11);
    CHECK(user.Read(kCopy) == kWrong);
  }
  CHECK(user.Read(kFile) == "{}");
}

TEST_CASE("at a terminal what is wrong may be edited again at once") {
  Editor user;
  user.terminal.in = user.terminal.err = true;
  const std::string script = "test -e " + user.Path("once") + " && { " + Editor::Writes(kGood) +
                             "; exit; }; touch " + user.Path("once") + "; " +
                             Editor::Writes(kWrong);
  SECTION("yes") {
    user.input = "\n";
    CHECK(user.Edit(script).code == 0);
    CHECK(user.Read(kFile) == kGood);
  }
  SECTION("no") {
    user.input = "n\n";
    CHECK(user.Edit(script).code == 2);
    CHECK_FALSE(user.Has(kFile));
    CHECK(user.Read(kCopy) == kWrong);
  }
  SECTION("the terminal is gone") {
    user.input = "";
    CHECK(user.Edit(script).code == 2);
    CHECK(user.Read(kCopy) == kWrong);
  }
}

TEST_CASE("a file that someone else changed meanwhile is not written over") {
  Editor user;
  user.Write(kFile, "{}");
  const std::string theirs = "{\"default_provider\": \"openai\"}";
  const Outcome outcome =
      user.Edit("printf '%s' '" + theirs + "' >" + user.Path(kFile) + "; " + Editor::Writes(kGood));
  CHECK(outcome.code == 6);
  CHECK(Contains(outcome.err, "was changed meanwhile; what you wrote is in " + user.Path(kCopy)));
  CHECK(user.Read(kFile) == theirs);
  CHECK(user.Read(kCopy) == kGood);
}

TEST_CASE("a link in the file's place is not followed") {
  Editor user;
  user.Write("outside", "{}");
  user.Write("katra/router/x", "");
  REQUIRE(symlink(user.Path("outside").c_str(), user.Path(kFile).c_str()) == 0);
  const Outcome outcome = user.Edit(Editor::Writes(kGood));
  CHECK(outcome.code != 0);
  CHECK(user.Read("outside") == "{}");
}

TEST_CASE("an editor may have arguments, VISUAL comes first, and a path is no part of a command") {
  Editor user;
  user.Write(kFile, "{}");
  user.Install("my-editor",
               "test \"$1\" = --wait && " + std::string("printf '%s' '") + kGood + "' >\"$2\"");
  user.environment["VISUAL"] = "my-editor --wait";
  CHECK(user.Edit("exit 1").code == 0);
  CHECK(user.Read(kFile) == kGood);
}

TEST_CASE("the first edit begins with the example, and of providers with comments alone") {
  Editor user;
  user.Edit("cp \"$1\" " + user.Path("seen"));
  CHECK(Contains(user.Read("seen"), "\"personas\""));
  user.environment["EDITOR"] = "cat >" + user.Path("seen2");
  user.Run({"config", "edit", "--providers"});
  CHECK(Contains(user.Read("seen2"), "#DEFAULT_PROVIDER=anthropic"));
}

}  // namespace
}  // namespace katra::cli::testing
