// Texts in which people and models write domain values. The tools' arguments are tested with theirs
// (text_parts_test): here is what a command's options are, texts alone.
#include "render/parse.h"

#include "tests/support/cpp/catch.h"

namespace katra::render {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a name is read without blanks around it and without its at sign") {
  CHECK(ParseName(" @Sam ") == "Sam");
  CHECK(ParseName("Sam") == "Sam");
  CHECK(ParseName("@") == "");
  CHECK(ParseName("@@Sam") == "@Sam");
}

TEST_CASE("an id is read as digits, with its hash sign or without") {
  CHECK(ParseId("41") == 41);
  CHECK(ParseId(" #41 ") == 41);
  CHECK(ParseId("041") == 41);
  for (const char* bad : {"", "#", "##4", "4x", "4 1", "0x4", "four", "99999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(ParseId(bad).has_value());
  }
}

TEST_CASE("words stand between commas or in a JSON list") {
  CHECK(ParseWords("a, b,,c ") == Words{"a", "b", "c"});
  CHECK(ParseWords(R"(["a", " b "])") == Words{"a", "b"});
  CHECK(ParseWords(R"("a", "b")") == Words{"a", "b"});
  CHECK(ParseWords(" ").empty());
}

TEST_CASE(
    "a text that only begins as JSON does is words all the same, or none where that matters") {
  for (const char* text : {"[a", "{a", "\"a", "[1"}) {
    INFO(text);
    Words words;
    CHECK_FALSE(ReadWords(text, &words));
    CHECK(ParseWords(text) == Words{text});
  }
}

TEST_CASE("everybody is meant by any of the words for it, and by no word") {
  CHECK(ParseRecipients({"Sam", "@Lead"}) == Words{"Sam", "Lead"});
  for (const char* word : {"all", "everyone", "Everybody", "ALL", "*", "@all"}) {
    INFO(word);
    CHECK(ParseRecipients({"Sam", word}).empty());
  }
  CHECK(ParseRecipients({}).empty());
}

TEST_CASE("importance is a numeral, a word, or stars; a blank text leaves it as it was") {
  CHECK(*ParseImportance("0.25", 0.5) == 0.25);
  CHECK(*ParseImportance(" Critical ", 0.5) == 1.0);
  CHECK(*ParseImportance("★★", 0.5) == *ParseImportance("significant", 0.5));
  CHECK(*ParseImportance("", 0.5) == 0.5);
  CHECK(*ParseImportance(" ", 0.5) == 0.5);
  for (const char* bad : {"very", "1.5", "-1", "★★★★", "NaN", "0x1"}) {
    INFO(bad);
    const auto failed = ParseImportance(bad, 0.5);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("critical") != std::string::npos);
  }
}

}  // namespace
}  // namespace katra::render
