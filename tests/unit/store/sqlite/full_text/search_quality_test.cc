// Whether the ranking finds the turn that answers a question, against simpler ways of searching the
// same turns. The figures are of made-up conversations: they show an order, no absolute quality.
#include <algorithm>
#include <string>
#include <vector>

#include "store/search/analyzer.h"
#include "store/search/query.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/conversations.h"
#include "tests/support/cpp/search_fixture.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr unsigned kConversations = 6;
constexpr size_t kTurns = 400;

struct Recall {
  double at5 = 0;
  double at10 = 0;
  size_t questions = 0;

  void Add(const std::vector<int64_t>& found, const std::vector<size_t>& evidence) {
    const auto share = [&](size_t k) {
      size_t hits = 0;
      for (const size_t turn : evidence) {
        const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(k, found.size()));
        if (std::find(found.begin(), end, static_cast<int64_t>(turn) + 1) != end) ++hits;
      }
      return static_cast<double>(hits) / static_cast<double>(evidence.size());
    };
    at5 += share(5);
    at10 += share(10);
    ++questions;
  }

  [[nodiscard]] double Of5() const { return 100 * at5 / static_cast<double>(questions); }
  [[nodiscard]] double Of10() const { return 100 * at10 / static_cast<double>(questions); }
};

std::string OrOf(const std::string& question) {
  std::string match;
  for (const auto& term : search::ParseQuery(question).terms) {
    match += (match.empty() ? "\"" : " OR \"") + term.tokens + "\"";
  }
  return match;
}

using testing::Conversation;
using testing::SearchFixture;

// FTS5 as it comes, once with the turn alone and once with the turns before it.
void FillPlain(SearchFixture* world, const Conversation& conversation) {
  SQLite::Database& db = world->connection().db();
  db.exec("CREATE VIRTUAL TABLE alone USING fts5(text, tokenize = 'porter unicode61')");
  db.exec(
      "CREATE VIRTUAL TABLE before USING fts5(text, prev1, prev2, prev3,"
      " tokenize = 'porter unicode61')");
  SQLite::Statement alone(db, "INSERT INTO alone VALUES (?1)");
  SQLite::Statement before(db, "INSERT INTO before VALUES (?1, ?2, ?3, ?4)");
  const auto& turns = conversation.turns;
  for (size_t i = 0; i < turns.size(); ++i) {
    alone.bind(1, turns[i].body);
    alone.exec();
    alone.reset();
    for (size_t back = 0; back < 4; ++back) {
      before.bind(static_cast<int>(back) + 1, back <= i ? turns[i - back].body : std::string());
    }
    before.exec();
    before.reset();
  }
}

std::vector<int64_t> Ask(SearchFixture* world, const char* sql, const std::string& question) {
  SQLite::Statement query(world->connection().db(), sql);
  query.bind(1, OrOf(question));
  std::vector<int64_t> found;
  while (query.executeStep()) found.push_back(query.getColumn(0).getInt64());
  return found;
}

void SayAll(SearchFixture* world, const Conversation& conversation) {
  for (const testing::Turn& turn : conversation.turns) {
    world->PassTime(turn.said_at - world->now() - std::chrono::minutes(1));
    world->Say({conversation.speakers[turn.speaker], turn.body});
  }
}

}  // namespace

TEST_CASE("the ranking finds more answers than plain search, and than plain search with context") {
  Recall alone;
  Recall before;
  Recall ranked;
  for (unsigned seed = 1; seed <= kConversations; ++seed) {
    const Conversation conversation = testing::MakeConversation(seed, kTurns);
    const testing::TempHome home;
    SearchFixture world(home.database());
    world.Begin();
    SayAll(&world, conversation);
    FillPlain(&world, conversation);
    world.Commit();
    for (const testing::Question& question : conversation.questions) {
      alone.Add(
          Ask(&world, "SELECT rowid FROM alone WHERE alone MATCH ?1 ORDER BY bm25(alone) LIMIT 10",
              question.text),
          question.evidence);
      before.Add(Ask(&world,
                     "SELECT rowid FROM before WHERE before MATCH ?1 "
                     "ORDER BY bm25(before, 1, .5, .3, .15) LIMIT 10",
                     question.text),
                 question.evidence);
      ranked.Add(world.Messages(conversation.speakers[0], question.text, 10), question.evidence);
    }
  }
  INFO("questions " << ranked.questions << "; recall at 5 and 10: alone " << alone.Of5() << " "
                    << alone.Of10() << ", with turns before " << before.Of5() << " "
                    << before.Of10() << ", ranked " << ranked.Of5() << " " << ranked.Of10());
  CHECK(before.Of5() > alone.Of5() + 10);
  CHECK(ranked.Of5() > before.Of5() + 5);
  CHECK(ranked.Of10() > before.Of10());
}

}  // namespace katra::store::sqlite::full_text
