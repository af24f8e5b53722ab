// What the classifier sees of a text.
#include "router/routing/task_sense/features.h"

#include <algorithm>
#include <string>

#include "router/routing/task_sense/letters.h"
#include "tests/support/cpp/catch.h"

using namespace katra::router::routing::task_sense;  // NOLINT: a test file

namespace {

Features Read(std::string_view text) { return ReadFeatures(text, Concepts()); }

std::vector<uint32_t> Words(const Features& features) { return features.of(Group::kWords); }

std::string Folded(std::string_view text) {
  std::string folded;
  for (size_t at = 0; at < text.size();) {
    const Letter letter = Fold(NextCodePoint(text, &at));
    folded += letter.kind == LetterKind::kNothing ? '_'
              : letter.code < 128                 ? static_cast<char>(letter.code)
                                                  : '*';
  }
  return folded;
}

}  // namespace

TEST_CASE("letters are small, without accents, in one width", "[features]") {
  CHECK(Folded("ÀÉÎõü ŁĄŻ ß ÿ") == "aeiou laz s y");
  CHECK(Folded("ＡＢｃ１") == "abc1");
  CHECK(Folded("e\u0301") == "e_");
  size_t at = 0;
  CHECK(Fold(NextCodePoint("Ё", &at)).code == U'е');
  at = 0;
  CHECK(Fold(NextCodePoint("Σ", &at)).code == U'σ');
  CHECK(Fold(U'字').kind == LetterKind::kIdeograph);
  CHECK(Fold(U'。').kind == LetterKind::kSeparator);
}

TEST_CASE("a byte that is no UTF-8 is one code point, and reading goes on behind it",
          "[features]") {
  const std::string broken = "a\xFF\xC3(\xE2\x82";
  std::vector<char32_t> codes;
  for (size_t at = 0; at < broken.size();) codes.push_back(NextCodePoint(broken, &at));
  CHECK(codes == std::vector<char32_t>{'a', 0xFFFD, 0xFFFD, '(', 0xFFFD, 0xFFFD});
}

TEST_CASE("case and accents make no difference, words do", "[features]") {
  CHECK(Words(Read("Répare LE test")) == Words(Read("repare le TEST")));
  CHECK(Words(Read("fix the test")) != Words(Read("fix the text")));
  CHECK(Words(Read("don't")) == Words(Read("don’t")));
}

TEST_CASE("no bucket comes twice in a group", "[features]") {
  const auto features = Read("again and again and again and again, again");
  for (const auto& hashes : features.hashes) {
    std::vector<uint32_t> buckets;
    for (const uint32_t hash : hashes) buckets.push_back(Bucket(hash));
    std::sort(buckets.begin(), buckets.end());
    CHECK(std::adjacent_find(buckets.begin(), buckets.end()) == buckets.end());
  }
}

TEST_CASE("Chinese and Japanese without blanks share their words", "[features]") {
  const auto one = Words(Read("请帮我修复登录页面"));
  const auto other = Words(Read("登录页面打不开"));
  size_t shared = 0;
  for (const uint32_t hash : one) {
    shared += static_cast<size_t>(std::count(other.begin(), other.end(), hash));
  }
  CHECK(shared >= 7);  // four letters, three pairs
}

TEST_CASE("the work on a long text is bounded", "[features]") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "word" + std::to_string(i) + " ";
  const auto features = Read(text);
  CHECK(features.of(Group::kWords).size() <= 2700);
  CHECK(features.of(Group::kPieces).size() <= 6000);
  const auto scales = GroupScales(features);
  CHECK(scales[0] > 0);
}

TEST_CASE("an empty text has a shape and no words", "[features]") {
  const auto features = Read("");
  CHECK(Words(features).empty());
  CHECK(features.typed_words == 0);
  CHECK_FALSE(features.of(Group::kShape).empty());
}

TEST_CASE("words of all languages that mean the same have one meaning", "[features]") {
  const std::string table =
      ConceptTable({{"explain", " erkläre", " 解释", "no funciona"}, {"bug"}});
  const Concepts concepts(reinterpret_cast<const uint8_t*>(table.data()));
  const auto meanings = [&concepts](std::string_view text) {
    return ReadFeatures(text, concepts).of(Group::kConcepts);
  };
  const auto english = meanings("explain it");
  REQUIRE(english.size() == 2);  // the meaning, and that the text begins with it
  CHECK(meanings("Erkläre das") == english);
  CHECK(meanings("explaining, please") == english);  // another form of the word
  CHECK(meanings("解释一下").size() == 2);
  CHECK(meanings("no funciona").size() == 2);
  CHECK(meanings("funciona").empty());
  CHECK(meanings("explain the bug").size() ==
        4);  // two meanings, one at the beginning, and the pair
}
