// What the classifier sees of a text.
#include "router/routing/task_sense/features.h"

#include <algorithm>
#include <string>

#include "router/routing/task_sense/letters.h"
#include "tests/support/cpp/catch.h"

using namespace katra::router::routing::task_sense;  // NOLINT: a test file

namespace {

const std::vector<uint32_t>& Words(const Features& features) { return features.of(Group::kWords); }

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
  CHECK(Words(ReadFeatures("Répare LE test")) == Words(ReadFeatures("repare le TEST")));
  CHECK(Words(ReadFeatures("fix the test")) != Words(ReadFeatures("fix the text")));
  CHECK(Words(ReadFeatures("don't")) == Words(ReadFeatures("don’t")));
}

TEST_CASE("no bucket comes twice in a group", "[features]") {
  const auto features = ReadFeatures("again and again and again and again, again");
  for (const auto& hashes : features.hashes) {
    std::vector<uint32_t> buckets;
    for (const uint32_t hash : hashes) buckets.push_back(Bucket(hash));
    std::sort(buckets.begin(), buckets.end());
    CHECK(std::adjacent_find(buckets.begin(), buckets.end()) == buckets.end());
  }
}

TEST_CASE("Chinese and Japanese without blanks share their words", "[features]") {
  const auto one = ReadFeatures("请帮我修复登录页面");
  const auto other = ReadFeatures("登录页面打不开");
  size_t shared = 0;
  for (const uint32_t hash : Words(one)) {
    shared += static_cast<size_t>(std::count(Words(other).begin(), Words(other).end(), hash));
  }
  CHECK(shared >= 7);  // four letters, three pairs
}

TEST_CASE("the work on a long text is bounded", "[features]") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "word" + std::to_string(i) + " ";
  const auto features = ReadFeatures(text);
  CHECK(features.of(Group::kWords).size() <= 2700);
  CHECK(features.of(Group::kPieces).size() <= 6000);
  const auto scales = GroupScales(features);
  CHECK(scales[0] > 0);
}

TEST_CASE("an empty text has a shape and no words", "[features]") {
  const auto features = ReadFeatures("");
  CHECK(Words(features).empty());
  CHECK(features.typed_words == 0);
  CHECK_FALSE(features.of(Group::kShape).empty());
}
