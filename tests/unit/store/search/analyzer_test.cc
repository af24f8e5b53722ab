// How text becomes the tokens under which it is found.
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/text.h"
#include "store/search/analyzer.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::search {
namespace {

std::string TextOf(std::string_view text) { return AnalyzeForIndex(text).text; }
std::string ExtraOf(std::string_view text) { return AnalyzeForIndex(text).extra; }

}  // namespace

TEST_CASE("words are folded and punctuation separates them") {
  CHECK(TextOf("Hello, World!  (Again)") == "hello world again");
  CHECK(TextOf("") == "");
  CHECK(TextOf(" \t\n.,;!?") == "");
}

TEST_CASE("accents and case fold, in composed and decomposed form alike") {
  CHECK(TextOf("Café ZÜRICH naïve") == "cafe zurich naive");
  CHECK(TextOf("Cafe\u0301 Zu\u0308rich") == "cafe zurich");
  CHECK(TextOf("Straße") == "strasse");
  CHECK(TextOf("\uFF26\uFF4F\uFF4F") == "foo");  // fullwidth
  CHECK(TextOf("Ελλάδα") == TextOf("ΕΛΛΑΔΑ"));
}

TEST_CASE("the marks of other scripts stay") {
  CHECK(TextOf("हिन्दी") == "हिन्दी");
  CHECK(TextOf("か\u3099") == TextOf("が"));
  CHECK(TextOf("が") != TextOf("か"));
}

TEST_CASE("an identifier gives its parts in order and itself as one word") {
  CHECK(TextOf("snake_case_name") == "snake case name");
  CHECK(ExtraOf("snake_case_name") == "snakecasename");
  CHECK(TextOf("getUserName") == "get user name");
  CHECK(ExtraOf("getUserName") == "getusername");
  CHECK(TextOf("HTTPServer2") == "http server 2");
  CHECK(TextOf("parseURLs") == "parse urls");
  CHECK(TextOf("store/sqlite/bell.cc") == "store sqlite bell cc");
  CHECK(TextOf("std::vector<int>") == "std vector int");
  CHECK(ExtraOf("utf8_decode") == "utf8decode utf8");
  CHECK(ExtraOf("e-mail") == "email");
}

TEST_CASE("numbers with joints are found as parts and whole") {
  CHECK(TextOf("2026-11-21") == "2026 11 21");
  CHECK(ExtraOf("2026-11-21") == "20261121");
  CHECK(ExtraOf("version 1.32.2.") == "1322");
  CHECK(TextOf("end.Next") == "end next");
  CHECK(ExtraOf("end.Next") == "");
}

TEST_CASE("a possessive or a contraction leaves its word") {
  CHECK(TextOf("Sam's dogs don't bark, we\u2019ll see") == "sam dogs don bark we see");
  CHECK(TextOf("O'Brien") == "o brien");
}

TEST_CASE("a hash stays one word") {
  CHECK(TextOf("3f2a9c1b7d04") == "3f2a9c1b7d04");
  CHECK(TextOf("sha256sum") == "sha 256 sum");
}

TEST_CASE("scripts without spaces give pairs of neighbours, and single characters beside") {
  CHECK(TextOf("東京都") == "東京 京都");
  CHECK(ExtraOf("東京都") == "東 京 都");
  CHECK(TextOf("猫") == "猫");
  CHECK(TextOf("mysqlを使う") == "mysql を使 使う");
  CHECK(TextOf("สวัสดี") == "สว วั ัส สด ดี");
  CHECK(TextOf("한국어") == "한국 국어");
  CHECK(TextOf("ﾊﾟﾝ") == TextOf("パン"));
}

TEST_CASE("an emoji is a word") { CHECK(TextOf("ship it 🚀!") == "ship it 🚀"); }

TEST_CASE("tokens hold nothing that a tokenizer or a query language would split") {
  std::mt19937 random(7);
  const std::string_view pieces[] = {
      "\xFF", "\xC3", "\xE2\x82", "\0x",    "\"",     "'",      "*",  "(",  "a_b",    "Ä",
      "½",    "㎏",   "ﬁ",        "\u200D", "\u0301", "\u0E31", "東", "が", "🎉",      "9",
      "Z",    " ",    "\uFDFA",   "①",      "ᄒ",     "\u200B", "-",  ".",  "\u2019", "\U0001F3FB"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto i = random() % 40; i > 0; --i) text += pieces[random() % std::size(pieces)];
    Analyze(text, [&](std::string_view token, TokenKind) {
      REQUIRE_FALSE(token.empty());
      REQUIRE(token.size() <= kMaxTokenBytes);
      REQUIRE(IsValidUtf8(token));
      for (const char c : token) {
        const bool stays = (c & 0x80) != 0 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        REQUIRE(stays);
      }
    });
  }
}

TEST_CASE("the largest texts of the worst kind are analysed in linear time") {
  // Each took minutes while marks were put in order, or parts joined, over the whole text.
  std::string marks = "a";
  while (marks.size() < 262'144) marks += "\u0316\u0300\u0327";
  std::string thai = "ก";
  while (thai.size() < 262'144) thai += "\u0E48\u0E38";
  for (const std::string& text :
       {marks, thai, std::string(262'144, 'x'), std::string(262'144, '_') + "a", [] {
          std::string parts;
          while (parts.size() < 262'144) parts += "a_";
          return parts;
        }()}) {
    const IndexedText indexed = AnalyzeForIndex(text);
    CHECK(indexed.text.size() + indexed.extra.size() <= 6 * text.size());
  }
}

TEST_CASE("context keeps the content words of the first part of a turn") {
  CHECK(AnalyzeForContext("What is the name of your hamster?") == "name hamster");
  CHECK(AnalyzeForContext(std::string(599, ' ') + "é") == "");
}

TEST_CASE("a moment is found by year, month, day, weekday and date") {
  CHECK(DateTokens(FromUnixMillis(1'772'442'000'000)) == "2026 march 2 monday 20260302");
}

TEST_CASE("only words that say nothing are stop words") {
  CHECK(IsStopWord("the"));
  CHECK(IsStopWord("a"));
  CHECK(IsStopWord("yours"));
  CHECK_FALSE(IsStopWord("may"));
  CHECK_FALSE(IsStopWord("database"));
  CHECK_FALSE(IsStopWord(""));
}

TEST_CASE("M4 signs, dots and slashes of names are part of them") {
  CHECK(TextOf("C++ and C# or F#.") == "cplusplus and csharp or fsharp");
  CHECK(TextOf("C++17, g++ -O2") == "cplusplus 17 gplusplus o 2");
  CHECK(TextOf("Notepad++") == "notepad");
  CHECK(ExtraOf("Notepad++") == "notepadplusplus");
  CHECK(TextOf(".NET and ASP.NET") == "net and asp net");
  CHECK(ExtraOf(".NET and ASP.NET") == "dotnet aspnet");
  CHECK(ExtraOf("Node.js, the U.S.A.") == "nodejs usa");
  CHECK(ExtraOf("CI/CD and A/B") == "cicd ab");
  CHECK(ExtraOf("k8s") == "k8s");
}

TEST_CASE("M4 what only looks like a name with signs is none") {
  CHECK(TextOf("a+b, x + y") == "a b x y");
  CHECK(TextOf("issue #12, PR#12") == "issue 12 pr 12");
  CHECK(ExtraOf("a+b issue#12 src/store/bell either/or end.Next") == "");
  CHECK(TextOf("1.5. Then") == "1 5 then");
  CHECK(TextOf("++ ## // ..") == "");
  CHECK(TextOf("c+++ c##") == "c c");
}

}  // namespace katra::store::search
