// Finding memories although the query is misspelled, abbreviated or names only the session's topic.
#include <string>
#include <vector>

#include "store/sqlite/full_text/spellings.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/search_fixture.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store::sqlite::full_text {
namespace {

using Ids = std::vector<int64_t>;

struct World : testing::TempHome, testing::SearchFixture {
  World() : SearchFixture(database()) {}

  MemoryId Sam(const std::string& content) { return Remember({"Sam", content}); }
  Ids Find(const std::string& query) { return Memories("Dario", query); }
};

// Every string that differs from `word` by one letter left out, added, replaced or exchanged.
std::vector<std::string> Misspellings(const std::string& word) {
  std::vector<std::string> all;
  for (size_t at = 0; at <= word.size(); ++at) {
    all.push_back(word.substr(0, at) + "q" + word.substr(at));
    if (at == word.size()) break;
    all.push_back(word.substr(0, at) + word.substr(at + 1));
    all.push_back(word.substr(0, at) + "q" + word.substr(at + 1));
    if (at + 1 < word.size() && word[at] != word[at + 1]) {
      all.push_back(word);
      std::swap(all.back()[at], all.back()[at + 1]);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every misspelling by one letter finds its word") {
  World world;
  world.Sam("zebra crossings are painted weekly");
  for (const std::string word :
       {"kernel", "database", "authentication", "internationalization", "anführung"}) {
    const MemoryId id = world.Sam("we talked about the " + word + " today");
    for (const std::string& misspelled : Misspellings(word)) {
      if (misspelled.find("\xC3") != std::string::npos &&
          misspelled.find("\xC3\xBC") == std::string::npos) {
        continue;  // an edit inside a character
      }
      if (word == "anführung" && misspelled.find("\xC3\xBC") == std::string::npos) continue;
      CAPTURE(word, misspelled);
      const Ids found = world.Find(misspelled);
      REQUIRE(!found.empty());
      CHECK(found.front() == id);
    }
  }
}

TEST_CASE("a known word is not taken for another") {
  World world;
  const MemoryId contract = world.Sam("the contract ends in May");
  world.Sam("the contrast of the buttons is too low");
  CHECK(world.Find("contract") == Ids{contract});
}

TEST_CASE("a misspelled word counts less than the other words of the query") {
  World world;
  const MemoryId both = world.Sam("the database of the harbour is slow");
  world.Sam("the database of the airport is quick");
  CHECK(world.Find("databse harbour").front() == both);
}

TEST_CASE("private words are no spellings for others") {
  World world;
  world.Remember({"Sam", "the sapphire project", "", {}, true});
  CHECK(world.Find("sapphre").empty());
  CHECK(world.Memories("Sam", "sapphre").size() == 1);
}

TEST_CASE("an abbreviation finds the words that it stands for, and the other way round") {
  World world;
  const MemoryId cluster = world.Sam("Kubernetes upgrades happen on Tuesdays");
  const MemoryId k8s = world.Sam("k8s quota was raised");
  const MemoryId killed = world.Sam("the parser ran out of memory at noon");
  const MemoryId oom = world.Sam("OOM in the importer");
  const MemoryId db = world.Sam("the db has two replicas");
  CHECK(world.Find("k8s") == Ids{k8s, cluster});
  CHECK(world.Find("kubernetes") == Ids{cluster, k8s});
  CHECK(world.Find("OOM") == Ids{oom, killed});
  CHECK(world.Find("out of memory") == Ids{killed, oom});
  CHECK(world.Find("databases") == Ids{db});
}

TEST_CASE("words that stand next to each other in the query's order come first") {
  World world;
  // The older and longer of the two, so that only the nearness can put it first.
  const MemoryId near =
      world.Sam("a session took the write lock on the door in the hall before we changed it all");
  const MemoryId far = world.Sam("the lock on the door was changed before we began to write code");
  world.Sam("nothing of this");
  CHECK(world.Find("write lock") == Ids{near, far});
}

TEST_CASE("what the author remembered just before says what a memory is about") {
  World world;
  const MemoryId other = world.Sam("Restoring took forty minutes on Monday");
  world.PassTime(std::chrono::hours(24));
  const MemoryId topic = world.Sam("Ledger was rolled back today");
  const MemoryId about_it = world.Sam("Restoring took twenty minutes on Monday");
  world.PassTime(std::chrono::hours(24));
  world.Sam("Restoring took ninety minutes on Monday");
  const Ids found = world.Find("restoring ledger Monday");
  REQUIRE(found.size() == 4);
  CHECK((found[0] == about_it || found[0] == topic));
  CHECK((found[1] == about_it || found[1] == topic));
  CHECK((found[2] == other || found[3] == other));
}

TEST_CASE("looking for spellings needs few look-ups, however many words are known") {
  World world;
  world.Begin();
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    std::string word = "word";
    for (int rest = i + 400; rest > 0; rest /= 20) word += "bcdfghjklmnpqrstvwxz"[rest % 20];
    text += word + " ";
  }
  world.Sam(text + "authentication");
  world.Commit();
  CHECK(FindSpellings(world.connection(), "authentcation") ==
        std::vector<std::string>{"authentication"});
  CHECK(FindSpellings(world.connection(), "qqqqqqqqqq").empty());
}

}  // namespace katra::store::sqlite::full_text
