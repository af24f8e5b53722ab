// Where Katra's home is, by what a client or a person says.
#include "core/user.h"

#include <string>

#include "core/unicode.h"
#include "tests/support/cpp/catch.h"

namespace katra {

TEST_CASE("M3 a home is absolute, or begins with a tilde") {
  CHECK(*KatraHome("/data/katra/", "/home/ada") == "/data/katra");
  CHECK(*KatraHome("/data/./x/../katra", "/home/ada") == "/data/katra");
  CHECK(*KatraHome("~", "/home/ada") == "/home/ada");
  CHECK(*KatraHome("~/.katra", "/home/ada") == "/home/ada/.katra");
  CHECK(*KatraHome("~/", "/home/ada") == "/home/ada");
  CHECK(*KatraHome("/", "/home/ada") == "/");
}

TEST_CASE("M3 a relative home is refused with the next step") {
  for (const std::string given : {"katra", "./.katra", "../katra", "~bob/.katra", "$HOME/.katra",
                                  "${HOME}/.katra", "%USERPROFILE%\\.katra", " /data"}) {
    INFO(given);
    const auto home = KatraHome(given, "/home/ada");
    REQUIRE_FALSE(home);
    CHECK(home.error().code == ErrorCode::kInvalidArgument);
    CHECK(home.error().message.find("/home/ada/.katra") != std::string::npos);
  }
  CHECK_FALSE(KatraHome("~/.katra", ""));
}

TEST_CASE("M13 letters lose their accents, and other characters become one dash each") {
  CHECK(PlainLetters("josé") == "jose");
  CHECK(PlainLetters("jose\u0301") == "jose");
  CHECK(PlainLetters("Łukasz-Groß_1") == "Lukasz-Gross_1");
  CHECK(PlainLetters("Åse Ørsted") == "Ase Orsted");
  CHECK(PlainLetters("мария") == "-----");
  CHECK(PlainLetters("a\xff"
                     "b") == "a-b");
}

TEST_CASE("M13 only what can be seen shows something") {
  CHECK(ShowsSomething(" x "));
  CHECK(ShowsSomething("\xff"));
  CHECK(ShowsSomething("🎉"));
  CHECK(ShowsSomething("\x1b"));
  CHECK_FALSE(ShowsSomething(""));
  CHECK_FALSE(ShowsSomething(" \t\r\n\u00A0\u3000\u200B\u2060\uFEFF\u00AD"));
}

}  // namespace katra
