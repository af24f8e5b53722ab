// Finding what was said: by parts, by context, in every script, and only by those who may.
#include <algorithm>
#include <string>
#include <vector>

#include "store/sqlite/full_text/search_rebuild.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/search_fixture.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store::sqlite::full_text {
namespace {

using Ids = std::vector<int64_t>;

struct World : testing::TempHome, testing::SearchFixture {
  World() : SearchFixture(database()) {}

  MessageId Sam(const std::string& body) { return Say({"Sam", body, "main", {}}); }
  // What Dario finds.
  Ids Find(const std::string& query) { return Messages("Dario", query); }
  bool Finds(const std::string& query, MessageId id) {
    const Ids found = Find(query);
    return std::find(found.begin(), found.end(), id) != found.end();
  }
};

}  // namespace

TEST_CASE("words of a question are wished for, never required") {
  World world;
  const auto both = world.Sam("The nightly build fails on macOS");
  world.Say({"Sam", "lunch", "other", {}});
  const auto one = world.Say({"Sam", "My build is green", "elsewhere", {}});
  CHECK(world.Find("why does the nightly build of yesterday break?") == Ids{both, one});
}

TEST_CASE("inflected words are found") {
  World world;
  const auto id = world.Sam("We migrated three databases");
  CHECK(world.Find("migrating a database") == Ids{id});
}

TEST_CASE("accents and case do not matter") {
  World world;
  const auto id = world.Sam("Treffen im CAFÉ in Zürich");
  CHECK(world.Find("cafe") == Ids{id});
  CHECK(world.Find("zurich") == Ids{id});
  CHECK(world.Find("Zu\u0308rich") == Ids{id});
}

TEST_CASE("code identifiers are found by their parts and as a whole") {
  World world;
  const auto id = world.Sam("look at parseHttpRequest in store/sqlite/message_index.cc");
  for (const char* query : {"http", "parse", "parseHttpRequest", "parsehttprequest",
                            "parse_http_request", "message_index", "messageindex", "index.cc",
                            "sqlite/message_index.cc", "MessageIndex", "\"parse http request\""}) {
    CAPTURE(query);
    CHECK(world.Finds(query, id));
  }
}

TEST_CASE("a compound is found by its parts") {
  World world;
  const auto ship = world.Sam("Die Donaudampfschifffahrtsgesellschaft stellt um");
  const auto key = world.Say({"Sam", "Wo ist der Haustürschlüssel?", "b", {}});
  const auto joined = world.Say({"Sam", "call getusername first", "c", {}});
  CHECK(world.Find("Gesellschaft") == Ids{ship});
  CHECK(world.Find("Schifffahrt") == Ids{ship});
  CHECK(world.Find("Donau") == Ids{ship});
  CHECK(world.Find("Schlüssel") == Ids{key});
  CHECK(world.Find("Tür").empty());  // in the middle, too short to tell from chance
  CHECK(world.Find("Haus") == Ids{key});
  CHECK(world.Find("username") == Ids{joined});
}

TEST_CASE("a whole word ranks before a longer one that has it as a part") {
  World world;
  const auto longer = world.Sam("Haustürschlüssel");
  const auto whole =
      world.Say({"Sam", "Der Schlüssel liegt im Auto, wie immer, sagt Mutter", "b", {}});
  CHECK(world.Find("Schlüssel") == Ids{whole, longer});
}

TEST_CASE("a hash is found by its beginning") {
  World world;
  const auto id = world.Sam("fixed in 3f2a9c1b7d04e5");
  CHECK(world.Find("3f2a9c1b7d04e5") == Ids{id});
}

TEST_CASE("Chinese, Japanese, Korean and Thai are found by their parts") {
  World world;
  const auto chinese = world.Sam("数据库的写锁超时了");
  const auto japanese = world.Say({"Sam", "東京都の会議室でデータベースを使う", "b", {}});
  const auto thai = world.Say({"Sam", "ฐานข้อมูลล้มเหลวเมื่อวานนี้", "c", {}});
  const auto korean = world.Say({"Sam", "데이터베이스에서 오류가 났어요", "d", {}});
  CHECK(world.Find("数据库") == Ids{chinese});
  CHECK(world.Find("写锁") == Ids{chinese});
  CHECK(world.Find("锁") == Ids{chinese});
  CHECK(world.Find("会議室") == Ids{japanese});
  CHECK(world.Find("データベース") == Ids{japanese});
  CHECK(world.Find("\uFF83\uFF9E\uFF70\uFF80\uFF8D\uFF9E\uFF70\uFF7D") ==
        Ids{japanese});  // halfwidth
  CHECK(world.Find("ข้อมูล") == Ids{thai});
  CHECK(world.Find("오류") == Ids{korean});
}

TEST_CASE("a quoted phrase finds its words next to each other only") {
  World world;
  const auto phrase = world.Sam("the write lock was held");
  world.Say({"Sam", "lock the door and write it down", "b", {}});
  CHECK(world.Find("\"write lock\"") == Ids{phrase});
}

TEST_CASE("a phrase that is nowhere falls back to its words") {
  World world;
  const auto id = world.Sam("lock the door and write it down");
  CHECK(world.Find("\"write lock\"") == Ids{id});
}

TEST_CASE("an answer is found by the words of its question") {
  World world;
  world.Sam("Something else first");
  const auto question = world.Say({"Dario", "What did you call your hamster?", "main", {}});
  const auto answer = world.Sam("Biscuit");
  world.Say({"Dario", "Nice", "elsewhere", {}});
  CHECK(world.Find("hamster") == Ids{question, answer});
}

TEST_CASE("context is of the same room") {
  World world;
  const auto question = world.Say({"Dario", "What did you call your hamster?", "main", {}});
  world.Say({"Sam", "Biscuit", "other", {}});
  CHECK(world.Find("hamster") == Ids{question});
}

TEST_CASE("a direct message is never the context of another message") {
  World world;
  world.Say({"Sam", "the codeword is xylophone", "main", {"Charlie"}});
  const auto open = world.Sam("good morning");
  const auto direct = world.Say({"Sam", "did you get it", "main", {"Charlie"}});
  CHECK(world.Find("xylophone").empty());
  CHECK_FALSE(world.Finds("codeword", open));
  CHECK(world.Messages("Charlie", "morning") == Ids{open, direct});
}

TEST_CASE("direct messages are found by their speaker and those named, and count for nobody else") {
  World world;
  const auto direct = world.Say({"Sam", "the xylophone is broken", "main", {"Charlie"}});
  for (const std::string query : {"xylophone", "\"xylophone is broken\"", "xylo", "", "Sam"}) {
    CAPTURE(query);
    MessageSearch search;
    search.viewer = world.Persona("Dario");
    search.query = query;
    const SearchReply reply = world.Search(search);
    CHECK(reply.hits.empty());
    CHECK(reply.total == 0);
    CHECK(reply.note.empty());
  }
  CHECK(world.Messages("Charlie", "xylophone") == Ids{direct});
  CHECK(world.Messages("Sam", "xylophone") == Ids{direct});
}

TEST_CASE("scores do not tell whether others said a word in private") {
  World with;
  World without;
  with.Say({"Sam", "the xylophone is broken", "main", {"Charlie"}});
  without.Say({"Sam", "the telephone is broken", "main", {"Charlie"}});
  double scores[2] = {};
  for (World* world : {&with, &without}) {
    world->Sam("a xylophone");
    MessageSearch search;
    search.viewer = world->Persona("Dario");
    search.query = "xylophone";
    const SearchReply reply = world->Search(search);
    REQUIRE(reply.hits.size() == 1);
    scores[world == &with ? 0 : 1] = reply.hits[0].score;
  }
  CHECK(scores[0] == scores[1]);
}

TEST_CASE("a named speaker's turns come first") {
  World world;
  const auto dario = world.Say({"Dario", "SQLite is fine", "main", {}});
  const auto sam = world.Say({"Sam", "SQLite is fast", "other", {}});
  CHECK(world.Find("What did Sam say about SQLite?") == Ids{sam, dario});
  CHECK(world.Find("What did Dario say about SQLite?") == Ids{dario, sam});
}

TEST_CASE("a name alone is a word to look for") {
  World world;
  const auto id = world.Say({"Dario", "Ask Charlie", "main", {}});
  world.Persona("Charlie");
  CHECK(world.Find("Charlie") == Ids{id});
}

TEST_CASE("a date is found") {
  World world;
  const auto monday = world.Sam("deployed");
  world.PassTime(std::chrono::hours(24 * 60));
  const auto may = world.Say({"Sam", "deployed", "other", {}});
  CHECK(world.Find("deployed in March").front() == monday);
  CHECK(world.Find("deployed on 2026-05-01").front() == may);
}

TEST_CASE("turns of a conversation about the matter rank before a lone word") {
  World world;
  const auto lone = world.Say({"Sam", "compiler warnings everywhere", "first", {}});
  world.PassTime(std::chrono::hours(48));
  world.Say({"Dario", "the cache directory is full", "talk", {}});
  world.Say({"Sam", "which directory", "talk", {}});
  for (int i = 0; i < 4; ++i) world.Say({"Sam", "hm", "talk", {}});
  const auto here = world.Say({"Dario", "compiler warnings everywhere", "talk", {}});
  const Ids found = world.Find("compiler cache directory");
  const auto place = [&](int64_t id) { return std::find(found.begin(), found.end(), id); };
  CHECK(place(here) < place(lone));
}

TEST_CASE("filters hold for hits and totals") {
  World world;
  const auto first = world.Say({"Sam", "topic one", "a", {}});
  const auto second = world.Say({"Dario", "topic two", "b", {}});
  const WallTime between = world.now();
  const auto third = world.Say({"Sam", "topic three", "b", {}});
  const auto search = [&](auto change) {
    MessageSearch request;
    request.viewer = world.Persona("Dario");
    request.query = "topic";
    change(request);
    const SearchReply reply = world.Search(request);
    Ids ids;
    for (const SearchHit& hit : reply.hits) ids.push_back(hit.id);
    CHECK(reply.total == static_cast<int64_t>(ids.size()));
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  CHECK(search([](MessageSearch&) {}) == Ids{first, second, third});
  CHECK(search([&](MessageSearch& s) { s.room_id = world.Room("b"); }) == Ids{second, third});
  CHECK(search([&](MessageSearch& s) { s.from = world.Persona("Sam"); }) == Ids{first, third});
  CHECK(search([&](MessageSearch& s) { s.before = third; }) == Ids{first, second});
  CHECK(search([&](MessageSearch& s) { s.after = first; }) == Ids{second, third});
  CHECK(search([&](MessageSearch& s) { s.until = between; }) == Ids{first});
  CHECK(search([&](MessageSearch& s) { s.since = between; }) == Ids{second, third});
  CHECK(search([&](MessageSearch& s) {
          s.query.clear();
          s.room_id = world.Room("b");
        }) == Ids{second, third});
}

TEST_CASE("an empty query lists the newest, page by page") {
  World world;
  const auto first = world.Sam("one");
  const auto second = world.Sam("two");
  const auto third = world.Sam("three");
  MessageSearch search;
  search.viewer = world.Persona("Dario");
  search.limit = 2;
  CHECK(world.Search(search).hits.at(0).id == third);
  CHECK(world.Search(search).hits.at(1).id == second);
  CHECK(world.Search(search).total == 3);
  search.offset = 2;
  REQUIRE(world.Search(search).hits.size() == 1);
  CHECK(world.Search(search).hits.at(0).id == first);
}

TEST_CASE("pages of a search do not overlap") {
  World world;
  for (int i = 0; i < 25; ++i) world.Sam("topic " + std::to_string(i));
  Ids seen;
  MessageSearch search;
  search.viewer = world.Persona("Dario");
  search.query = "topic";
  search.limit = 10;
  for (search.offset = 0; search.offset < 30; search.offset += 10) {
    for (const SearchHit& hit : world.Search(search).hits) seen.push_back(hit.id);
  }
  CHECK(seen.size() == 25);
  std::sort(seen.begin(), seen.end());
  CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("no query is an error") {
  World world;
  world.Sam("alpha beta gamma");
  std::string large;
  while (large.size() < 65'536) large += "alpha \"beta\" AND (gamma* NEAR ";
  std::string many;
  for (int i = 0; i < 300; ++i)
    many += "word" + std::to_string(i) + "x \"a b" + many.substr(0, 3) + "\" ";
  for (const std::string& query :
       {std::string("\""), std::string("\"\"\""), std::string("AND OR NOT"), std::string("NEAR("),
        std::string("text:alpha"), std::string("^alpha*"), std::string("alpha\0beta", 10),
        std::string("\xFF\xFE\xC0"), std::string("'; DROP TABLE messages; --"),
        std::string("{a b}:c"), std::string("-alpha +beta"), std::string("\"alpha beta\" \"gamma"),
        std::string(65'536, '('), std::string(65'536, 'a'), std::string("\u0301\u0301"),
        std::string("* ? [ ] \\"), large, many}) {
    CAPTURE(query.substr(0, 40));
    CHECK_NOTHROW(world.Find(query));
  }
  CHECK(world.Find("?!*").empty());
  CHECK(world.Find("text:alpha").size() == 1);
}

TEST_CASE("work is bounded when every word is in every message") {
  World world;
  world.Begin();
  for (int i = 0; i < 30'000; ++i) world.Sam("status report build number " + std::to_string(i));
  world.Commit();
  MessageSearch search;
  search.viewer = world.Persona("Dario");
  search.query = "status report of the build";
  const SearchReply common = world.Search(search);
  CHECK(common.rows_ranked <= 8'000);
  CHECK(common.total_is_floor);
  CHECK_FALSE(common.note.empty());
  REQUIRE(common.hits.size() == 20);

  search.query = "status report of build 4711";
  const SearchReply rare = world.Search(search);
  CHECK(rare.rows_ranked <= 2'500);
  CHECK(rare.hits.at(0).id == 4712);

  search.query = "\"status report build\"";
  CHECK(world.Search(search).rows_ranked <= 16'000);
}

TEST_CASE("an index of another analyzer is made anew, with the same answers") {
  World world;
  world.Sam("Was macht die Donaudampfschifffahrt?");
  world.Say({"Dario", "nothing", "main", {"Sam"}});
  const Ids before = world.Find("Schifffahrt");
  CHECK_FALSE(EnsureSearchIndex(world.connection()));
  world.connection().db().exec("UPDATE meta SET value = '0' WHERE key = 'search_analyzer'");
  CHECK(EnsureSearchIndex(world.connection()));
  CHECK(SearchIndexIsCurrent(world.connection()));
  CHECK(world.Find("Schifffahrt") == before);
}

}  // namespace katra::store::sqlite::full_text
