// The part of a long text that is shown for a query.
#include "render/snippet.h"

#include <string>

#include "core/text.h"
#include "tests/support/cpp/catch.h"

namespace katra::render {
namespace {

std::string Filler(size_t words) {
  std::string text;
  for (size_t i = 0; i < words; ++i) text += "lorem ipsum dolor ";
  return text;
}

TEST_CASE("a short text is its own snippet") {
  const Snippet snippet = MakeSnippet("short", "query");
  CHECK(snippet.text == "short");
  CHECK_FALSE(snippet.shortened);
  CHECK(snippet.total_bytes == 5);
}

TEST_CASE("a snippet is the part where most of the query's words occur") {
  const std::string text = Filler(200) + "the bell rings " + Filler(200) +
                           "the bell wakes a waiting reader " + Filler(200);
  const Snippet snippet = MakeSnippet(text, "what wakes the waiting readers at the bell?");
  CHECK(snippet.shortened);
  CHECK(snippet.total_bytes == text.size());
  CHECK(snippet.text.size() <= kSnippetBytes);
  CHECK(snippet.text.find("wakes a waiting reader") != std::string::npos);
  CHECK(text.substr(snippet.begin, snippet.text.size()) == snippet.text);
}

TEST_CASE("different words of the query count for more than one word many times") {
  std::string many;
  for (int i = 0; i < 60; ++i) many += "bell ";
  const Snippet snippet =
      MakeSnippet(Filler(200) + many + Filler(200) + "a bell wakes the reader" + Filler(200),
                  "bell wakes reader");
  CHECK(snippet.text.find("wakes the reader") != std::string::npos);
}

TEST_CASE("a snippet finds words with other endings and in other case") {
  const Snippet snippet =
      MakeSnippet(Filler(300) + "Migrations run FORWARD" + Filler(300), "migrating forwards");
  CHECK(snippet.text.find("Migrations run FORWARD") != std::string::npos);
}

TEST_CASE("a snippet finds text without spaces between words") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "これは長い文章です。";
  text += "会議室の鐘が鳴る。";
  for (int i = 0; i < 400; ++i) text += "これは長い文章です。";
  const Snippet snippet = MakeSnippet(text, "会議室");
  CHECK(snippet.text.find("会議室の鐘") != std::string::npos);
  CHECK(IsValidUtf8(snippet.text));
}

TEST_CASE("a snippet of a text without the query's words is its beginning") {
  const std::string text = "begin " + Filler(300);
  CHECK(MakeSnippet(text, "absent").text.starts_with("begin "));
  CHECK(MakeSnippet(text, "").begin == 0);
}

TEST_CASE("a snippet never cuts a character, wherever the window falls") {
  std::string text;
  for (int i = 0; i < 700; ++i) text += "é🙂";
  for (size_t width = 20; width < 60; ++width) {
    const Snippet snippet = MakeSnippet("x" + text + "needle" + text, "needle", width);
    CHECK(IsValidUtf8(snippet.text));
    CHECK(snippet.text.size() <= width);
    CHECK(snippet.text.find("needle") != std::string::npos);
  }
}

TEST_CASE("a snippet of a text that repeats the query's word everywhere is made quickly") {
  std::string text;
  while (text.size() < 262'000) text += "a b ";
  CHECK(MakeSnippet(text, "a b").text.size() <= kSnippetBytes);
}

}  // namespace
}  // namespace katra::render
