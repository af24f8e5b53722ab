// UTF-8, names, near matches, and text that is fenced.
#include "core/text.h"

#include "tests/support/cpp/catch.h"

using namespace katra;  // NOLINT: a test file

TEST_CASE("valid UTF-8 is told from invalid") {
  CHECK(IsValidUtf8("plain, ümlaut, 東京, 🙂"));
  CHECK(IsValidUtf8(""));
  const std::string bad = GENERATE("\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                   "\xf4\x90\x80\x80", "\xff", "ok\xe2\x82");
  CHECK_FALSE(IsValidUtf8(bad));
}

TEST_CASE("shortening never cuts a character") {
  const std::string text = "aü東🙂";  // 1 + 2 + 3 + 4 bytes
  for (size_t limit = 0; limit <= text.size() + 1; ++limit) {
    const auto shortened = TruncateUtf8(text, limit);
    CHECK(shortened.size() <= limit);
    CHECK(IsValidUtf8(shortened));
    CHECK(text.starts_with(shortened));
  }
  CHECK(TruncateUtf8(text, 5) == "aü");
}

TEST_CASE("names have one form") {
  CHECK(IsName("Dario"));
  CHECK(IsName("a-b_C9"));
  CHECK(IsName(std::string(64, 'x')));
  const std::string bad =
      GENERATE("", "-a", "_a", "a b", "../x", "a/b", "a.b", "ü", "a\n", "a\xff");
  CHECK_FALSE(IsName(bad));
  CHECK_FALSE(IsName(std::string(65, 'x')));
}

TEST_CASE("near matches are found by spelling, prefix and case, nearest first") {
  const std::vector<std::string> names = {"Dario", "Sam", "Charlie", "Samuel"};
  CHECK(NearestMatches("dario", names) == std::vector<std::string>{"Dario"});
  CHECK(NearestMatches("Charly", names) == std::vector<std::string>{"Charlie"});
  CHECK(NearestMatches("Sam", names) == std::vector<std::string>{"Sam", "Samuel"});
  CHECK(NearestMatches("personna", {"per", "persona"}).front() == "persona");
  CHECK(NearestMatches("Zed", names).empty());
  CHECK(NearestMatches("Sma", {"Sam", "Dario"}) == std::vector<std::string>{"Sam"});
  CHECK(NearestMatches(std::string(100'000, 'x'), names).empty());
}

TEST_CASE("one line stays one line") {
  CHECK(OneLine("a\nb\r\nc", 100) == "a\\u{a}b\\u{d}\\u{a}c");
  CHECK(OneLine("\x1b[31mred", 100) == "\\u{1b}[31mred");
  CHECK(OneLine("abc\u202edef\u2028", 100) == "abc\\u{202e}def\\u{2028}");
  CHECK(OneLine("\xff", 100) == "\\u{ff}");
  CHECK(OneLine(std::string(300, 'x'), 10) == "xxxxxxx…");
  CHECK(IsValidUtf8(OneLine("東京東京東京", 8)));
}

TEST_CASE("every line of a fenced text begins with the fence, whatever breaks the line") {
  const std::string body =
      GENERATE("a\nb", "a\rb", "a\r\nb", "a\vb", "a\fb", "a\u0085b", "a\u2028b", "a\u2029b");
  CHECK(Fence(body) == "| a\n| b");
}

TEST_CASE("a fence shows what would hide or reorder text") {
  CHECK(Fence("") == "| ");
  CHECK(Fence("a\tb") == "| a\tb");
  CHECK(Fence("\x1b[2J") == "| \\u{1b}[2J");
  CHECK(Fence("\u202eevil") == "| \\u{202e}evil");
  CHECK(Fence("zero\ufeffwidth") == "| zero\\u{feff}width");
}
