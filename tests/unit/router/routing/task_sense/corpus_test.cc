// How the corpus is read.
#include "router/routing/task_sense/train/corpus.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

using namespace katra::router::routing::task_sense;         // NOLINT: a test file
using namespace katra::router::routing::task_sense::train;  // NOLINT

namespace {

katra::Result<std::vector<Example>> Read(const std::string& text) {
  const katra::testing::TempHome home;
  std::ofstream(home.path() + "/en.tsv") << text;
  return ReadCorpus(home.path());
}

}  // namespace

TEST_CASE("a line has labels, a text and perhaps what came before", "[corpus]") {
  const auto examples = Read("# a comment\nfix_bug,data\ta\\nb\\\\n\nfollow_up,edit\tagain\tit\n");
  REQUIRE(examples);
  REQUIRE(examples->size() == 2);
  CHECK((*examples)[0].labels == std::vector{Attribute::kFixBug, Attribute::kData});
  CHECK((*examples)[0].text == "a\nb\\n");
  CHECK((*examples)[1].follow_up);
  CHECK((*examples)[1].context == "it");
}

TEST_CASE("a wrong line is named", "[corpus]") {
  const auto unknown = Read("explain\tx\nexplian\ty\n");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("en.tsv:2") != std::string::npos);
  CHECK(unknown.error().message.find("explian") != std::string::npos);
  CHECK_FALSE(Read("explain x\n"));
}

TEST_CASE("meanings are read a line each", "[corpus]") {
  const katra::testing::TempHome home;
  CHECK(ReadConcepts(home.path())->empty());
  std::ofstream(home.path() + "/concepts.txt") << "# words\nadd: add, hinzufügen\nfix: fix\n";
  const auto concepts = ReadConcepts(home.path());
  REQUIRE(concepts);
  REQUIRE(concepts->size() == 2);
  CHECK((*concepts)[0].size() == 2);
  std::ofstream(home.path() + "/concepts.txt") << "add, plus\n";
  CHECK_FALSE(ReadConcepts(home.path()));
}
