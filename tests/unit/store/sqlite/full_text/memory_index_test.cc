// Finding what was remembered, and no longer finding what was forgotten.
#include <algorithm>
#include <string>
#include <vector>

#include "core/text.h"
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
  int64_t Count(const std::string& sql) { return connection().db().execAndGet(sql).getInt64(); }
};

}  // namespace

TEST_CASE("a memory is found by content, reasoning and tags") {
  World world;
  const auto id =
      world.Remember({"Sam", "We use SQLite", "one file to back up", {"storage-engine"}});
  for (const char* query : {"sqlite", "backup of a file", "storage", "storage-engine", "engines"}) {
    CAPTURE(query);
    CHECK(world.Find(query) == Ids{id});
  }
}

TEST_CASE("a tag says more than a word in passing") {
  World world;
  const auto tagged = world.Remember({"Sam", "Use the queue", "", {"locking"}});
  const auto passing = world.Sam("Use the queue, not locking");
  CHECK(world.Find("locking") == Ids{tagged, passing});
}

TEST_CASE("importance lifts, and the newer of equals comes first") {
  World world;
  const auto trivial = world.Remember({"Sam", "deploy on Friday", "", {}, false, 0.0});
  const auto older = world.Remember({"Sam", "deploy on Friday"});
  const auto newer = world.Remember({"Sam", "deploy on Friday"});
  const auto critical = world.Remember({"Sam", "deploy on Friday", "", {}, false, 1.0});
  CHECK(world.Find("deploy") == Ids{critical, newer, older, trivial});
}

TEST_CASE("the memories of a named author come first") {
  World world;
  const auto dario = world.Remember({"Dario", "tabs are fine"});
  const auto sam = world.Remember({"Sam", "tabs are fine"});
  CHECK(world.Find("What does Dario think of tabs?") == Ids{dario, sam});
  CHECK(world.Find("What does Sam think of tabs?") == Ids{sam, dario});
}

TEST_CASE("private memories are their author's alone") {
  World world;
  const auto id = world.Remember({"Sam", "the codeword is xylophone", "", {"secret"}, true});
  for (const std::string query :
       {"xylophone", "\"codeword is xylophone\"", "xylo", "secret", "", "Sam"}) {
    CAPTURE(query);
    MemorySearch search;
    search.viewer = world.Persona("Dario");
    search.query = query;
    const SearchReply reply = world.Search(search);
    CHECK(reply.hits.empty());
    CHECK(reply.total == 0);
    CHECK(reply.note.empty());
    search.scope = MemoryScope::kPrivate;
    CHECK(world.Search(search).hits.empty());
  }
  CHECK(world.Memories("Sam", "xylophone") == Ids{id});
  CHECK(world.Memories("Sam", "\"codeword is xylophone\"") == Ids{id});
  CHECK(FindNearestMemories(world.connection(), world.statistics(), world.Persona("Dario"),
                            "the codeword is xylophone", {}, 5)
            .empty());
}

TEST_CASE("superseded memories are hidden unless they are asked for") {
  World world;
  const auto old_one = world.Sam("the port is 12000");
  const auto new_one = world.Sam("the port is 13000");
  world.connection().db().exec("UPDATE memories SET superseded_by = " + std::to_string(new_one) +
                               " WHERE id = " + std::to_string(old_one));
  CHECK(world.Find("port") == Ids{new_one});
  MemorySearch search;
  search.viewer = world.Persona("Dario");
  search.query = "port";
  CHECK(world.Search(search).total == 1);
  search.include_superseded = true;
  CHECK(world.Search(search).total == 2);
}

TEST_CASE("what left the index is found by nobody, nor a part of its words") {
  World world;
  const auto kept = world.Sam("the telephone is broken");
  const auto gone = world.Remember({"Sam", "xylophonemallet telephone", "", {"wood"}});
  UnindexMemory(world.connection(), gone);
  UnindexMemory(world.connection(), gone);  // changes nothing
  CHECK(world.Memories("Sam", "xylophonemallet").empty());
  CHECK(world.Memories("Sam", "wood").empty());
  CHECK(world.Find("telephone") == Ids{kept});
  CHECK(world.Count("SELECT count(*) FROM search_words WHERE word LIKE 'xylo%'") == 0);
  CHECK(world.Count("SELECT count(*) FROM search_word_parts WHERE part LIKE 'mallet%'") == 0);
  CHECK(world.Count("SELECT count(*) FROM search_words WHERE word = 'telephone'") == 1);

  ScrubMemoryIndex(world.connection());
  CHECK(world.Count("SELECT count(*) FROM memories_fts_data WHERE instr(block, "
                    "CAST('xylophonemallet' AS BLOB)) > 0") == 0);
  CHECK_NOTHROW(world.connection().db().exec(
      "INSERT INTO memories_fts(memories_fts) VALUES ('integrity-check')"));
}

TEST_CASE("memory filters hold for hits and totals") {
  World world;
  const auto note = world.Remember({"Sam", "topic one", "", {"c++", "build"}});
  const WallTime between = world.now() + std::chrono::seconds(1);
  const auto fact =
      world.Remember({"Dario", "topic two", "", {"build"}, false, 0.5, MemoryKind::kFact});
  const auto secret = world.Remember({"Dario", "topic three", "", {}, true});
  for (const std::string query : {"topic", ""}) {
    CAPTURE(query);
    const auto search = [&](auto change) {
      MemorySearch request;
      request.viewer = world.Persona("Dario");
      request.query = query;
      change(request);
      const SearchReply reply = world.Search(request);
      Ids ids;
      for (const SearchHit& hit : reply.hits) ids.push_back(hit.id);
      CHECK(reply.total == static_cast<int64_t>(ids.size()));
      std::sort(ids.begin(), ids.end());
      return ids;
    };
    CHECK(search([](MemorySearch&) {}) == Ids{note, fact, secret});
    CHECK(search([](MemorySearch& s) { s.kind = MemoryKind::kFact; }) == Ids{fact});
    CHECK(search([](MemorySearch& s) { s.tags = {"build"}; }) == Ids{note, fact});
    CHECK(search([](MemorySearch& s) { s.tags = {"build", "c++"}; }) == Ids{note});
    CHECK(search([](MemorySearch& s) { s.tags = {"c"}; }).empty());
    CHECK(search([&](MemorySearch& s) { s.from = world.Persona("Sam"); }) == Ids{note});
    CHECK(search([](MemorySearch& s) { s.scope = MemoryScope::kPrivate; }) == Ids{secret});
    CHECK(search([](MemorySearch& s) { s.scope = MemoryScope::kShared; }) == Ids{note, fact});
    CHECK(search([&](MemorySearch& s) { s.since = between; }) == Ids{fact, secret});
    CHECK(search([&](MemorySearch& s) { s.until = between; }) == Ids{note});
    CHECK(search([&](MemorySearch& s) { s.except = fact; }) == Ids{note, secret});
  }
}

TEST_CASE("the nearest memories share the most distinctive words") {
  World world;
  world.Sam("the office plant needs water");
  const auto near = world.Sam("the WAL checkpoint runs when the last reader closes");
  const auto itself = world.Sam("a reader that never closes keeps the WAL checkpoint from running");
  const auto found =
      FindNearestMemories(world.connection(), world.statistics(), world.Persona("Dario"),
                          "a reader that never closes keeps the WAL checkpoint from "
                          "running",
                          itself, 3);
  REQUIRE(found.size() == 1);
  CHECK(found[0].id == near);
}

TEST_CASE("the largest memories are indexed and their last word is found") {
  World world;
  std::string content;
  for (int i = 0; content.size() < 262'000; ++i)
    content += "filler" + std::to_string(i % 977) + " ";
  content += "zymurgy";
  const auto id = world.Sam(content);
  CHECK(world.Find("zymurgy") == Ids{id});
  CHECK_NOTHROW(FindNearestMemories(world.connection(), world.statistics(), world.Persona("Dario"),
                                    content, {}, 3));
  UnindexMemory(world.connection(), id);
  CHECK(world.Find("zymurgy").empty());
}

TEST_CASE("M4 a name is found as it is written, before all names that are like it") {
  World world;
  const std::vector<std::string> names = {"C",   "C++", "C#",  "F#",    ".NET",  "Node.js",
                                          "A/B", "k8s", "g++", "CI/CD", "Vue.js"};
  std::vector<int64_t> ids;
  for (const std::string& name : names) {
    ids.push_back(world.Sam("our notes on " + name + " for the team: see the wiki"));
  }
  for (size_t i = 0; i < names.size(); ++i) {
    for (const std::string& query :
         {names[i], "notes on " + names[i], ToLowerAscii(names[i]), "(" + names[i] + ")"}) {
      INFO(query);
      const Ids found = world.Find(query);
      REQUIRE_FALSE(found.empty());
      CHECK(found[0] == ids[i]);
    }
  }
}

TEST_CASE("M4 names with signs are other words than their letters, in tags too") {
  World world;
  const auto plus = world.Remember({"Sam", "written in C++17", "", {"c++"}});
  const auto sharp = world.Remember({"Sam", "written in C#", "", {"c#"}});
  CHECK(world.Find("C++") == Ids{plus});
  CHECK(world.Find("c#") == Ids{sharp});
  CHECK(world.Find("cplusplus") == Ids{plus});
  const auto dotted = world.Sam("the dotnet runtime");
  const auto node = world.Sam("runs on NodeJS");
  CHECK(world.Find(".NET") == Ids{dotted});
  CHECK(world.Find("node.js")[0] == node);
}

}  // namespace katra::store::sqlite::full_text
