// A database that somebody else had in hands: what it brings along does not act, is named, and
// damages nothing.
#include <algorithm>

#include "core/clock.h"
#include "core/files.h"
#include "core/ids.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/open.h"
#include "store/sqlite/schema_check.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store {
namespace {

using katra::testing::Execute;
using katra::testing::QueryValue;
using katra::testing::TempHome;

const SystemClock kClock;

Result<std::unique_ptr<Store>> Open(const TempHome& home) {
  static SystemRandom random;
  OpenOptions options;
  options.clock = &kClock;
  options.random = &random;
  return sqlite::OpenSqliteStore(home.path(), options, CallContext{});
}

Session Enter(Store& store, const std::string& persona) {
  SessionStart start;
  start.persona = persona;
  start.process = CurrentProcess();
  auto session = store.OpenSession(start, CallContext{});
  REQUIRE(session);
  return *session;
}

void MakeUsed(const TempHome& home) {
  auto store = Open(home);
  REQUIRE(store);
  const Session sam = Enter(**store, "Sam");
  SayRequest say;
  say.session = sam.id;
  say.body = "hello";
  REQUIRE((*store)->Say(say, CallContext{}));
}

}  // namespace

TEST_CASE("a schema that is not Katra's is refused by name, and nothing of it runs") {
  struct Change {
    const char* sql;
    const char* named;
  };
  const Change change =
      GENERATE(Change{"CREATE TRIGGER spy AFTER INSERT ON messages BEGIN DELETE FROM personas; END",
                      "trigger spy"},
               Change{"CREATE TRIGGER late BEFORE UPDATE ON sessions BEGIN"
                      " UPDATE memories SET forgotten_at = 1; END",
                      "trigger late"},
               Change{"CREATE VIEW everything AS SELECT * FROM messages", "view everything"},
               Change{"CREATE TABLE more(x)", "table more"},
               Change{"CREATE INDEX slow ON messages(body)", "index slow"},
               Change{"CREATE INDEX odd ON messages(length(body)) WHERE direct > 5", "index odd"},
               Change{"CREATE VIRTUAL TABLE other USING fts5(x)", "table other"},
               Change{"ALTER TABLE messages ADD COLUMN more TEXT", "table messages"},
               Change{"ALTER TABLE personas RENAME COLUMN role TO part", "table personas"},
               Change{"DROP INDEX answers_at", "index answers_at"},
               Change{"DROP TABLE kept_reasoning", "kept_reasoning"},
               Change{"ALTER TABLE messages RENAME TO m", "messages"},
               Change{"PRAGMA user_version = 4", "answers"},
               Change{"PRAGMA user_version = -1", "version -1"},
               Change{"PRAGMA user_version = 0", "version 0"});
  const TempHome home;
  MakeUsed(home);
  Execute(home.database(), change.sql);
  const auto store = Open(home);
  INFO(change.sql);
  REQUIRE_FALSE(store);
  INFO(store.error().message);
  CHECK(store.error().code == ErrorCode::kUnsupported);
  CHECK(store.error().message.find(change.named) != std::string::npos);
  CHECK(store.error().message.find("backup") != std::string::npos);
  CHECK(QueryValue(home.database(), "SELECT count(*) FROM sqlite_schema WHERE name = 'personas'") ==
        "1");
}

TEST_CASE("a trigger that comes while the store is open does not run") {
  const TempHome home;
  MakeUsed(home);
  auto store = Open(home);
  REQUIRE(store);
  Execute(home.database(),
          "CREATE TRIGGER spy AFTER INSERT ON personas BEGIN DELETE FROM messages; END");
  static_cast<void>((*store)->OpenSession(
      [] {
        SessionStart start;
        start.persona = "Eve";
        return start;
      }(),
      CallContext{}));
  CHECK(QueryValue(home.database(), "SELECT count(*) FROM messages") == "1");
}

TEST_CASE("the schema of every version is taken, and brought up to date") {
  for (int version = 1; version <= sqlite::LatestVersion(); ++version) {
    INFO("version " << version);
    const TempHome home;
    REQUIRE(EnsurePrivateFile(home.database()));
    {
      // What the Katra of that version left.
      sqlite::Connection file(home.database(), sqlite::Connection::Mode::kReadWrite);
      sqlite::ApplyMigrations(file, 0, version);
      file.db().exec("INSERT INTO meta(key, value) VALUES ('store_uuid', 'u')");
      file.db().exec("PRAGMA application_id = 0x4B415452");
      file.db().exec("PRAGMA user_version = " + std::to_string(version));
    }
    const auto store = Open(home);
    INFO((store ? "" : store.error().message));
    REQUIRE(store);
    Enter(**store, "Sam");
    CHECK(QueryValue(home.database(), "PRAGMA user_version") ==
          std::to_string(sqlite::LatestVersion()));
  }
}

TEST_CASE("M1 M4 a home of before version 8 keeps its words, and its chains close") {
  const TempHome home;
  REQUIRE(EnsurePrivateFile(home.database()));
  {
    constexpr int kBefore = 6;
    sqlite::Connection file(home.database(), sqlite::Connection::Mode::kReadWrite);
    sqlite::ApplyMigrations(file, 0, kBefore);
    file.db().exec("INSERT INTO meta(key, value) VALUES ('store_uuid', 'u')");
    file.db().exec("INSERT INTO meta(key, value) VALUES ('search_analyzer', '1')");
    file.db().exec("PRAGMA application_id = 0x4B415452");
    file.db().exec("PRAGMA user_version = 6");
    file.db().exec(
        "INSERT INTO personas(id, name, name_key, created_at) VALUES (1, 'Sam', 'sam', 1)");
    const auto keep = [&](int id, const char* older, const char* newer, const char* forgotten) {
      file.db().exec(
          "INSERT INTO memories(id, persona_id, scope, kind, importance, supersedes, superseded_by,"
          " forgotten_at, created_at, provider, model, tag_source, content) VALUES (" +
          std::to_string(id) + ", 1, 0, 0, 0.5, " + older + ", " + newer + ", " + forgotten +
          ", 1, '', '', 0, 'port " + std::to_string(id) + " of C++')");
    };
    file.db().exec("PRAGMA foreign_keys = OFF");
    // One of the middle was forgotten.
    keep(1, "NULL", "NULL", "NULL");
    keep(2, "1", "3", "5");
    keep(3, "2", "NULL", "NULL");
    // Two of the middle were.
    keep(4, "NULL", "NULL", "NULL");
    keep(5, "4", "NULL", "5");
    keep(6, "5", "7", "5");
    keep(7, "6", "NULL", "NULL");
    // What came back was superseded anew.
    keep(8, "NULL", "11", "NULL");
    keep(9, "8", "10", "5");
    keep(10, "9", "NULL", "NULL");
    keep(11, "8", "NULL", "NULL");
    // The oldest was forgotten.
    keep(12, "NULL", "13", "5");
    keep(13, "12", "NULL", "NULL");
    file.db().exec(
        "INSERT INTO messages(id, room_id, persona_id, direct, provider, model, tag_source, "
        "said_at,"
        " body) VALUES (1, 1, 1, 0, '', '', 0, 1, 'we write C#')");
  }
  auto store = Open(home);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  const Session sam = Enter(**store, "Sam");
  const auto found = [&](const std::string& query, RecallInclude include) {
    RecallRequest recall;
    recall.session = sam.id;
    recall.query = query;
    recall.include = include;
    recall.limit = 50;
    std::vector<int64_t> ids;
    const auto reply = (*store)->Recall(recall, CallContext{});
    for (const RecallHit& hit : reply->hits) {
      ids.push_back(hit.memory ? hit.memory->id : hit.message->id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  CHECK(found("c++", RecallInclude::kMemories) == std::vector<int64_t>{3, 7, 10, 11, 13});
  CHECK(found("C#", RecallInclude::kMessages) == std::vector<int64_t>{1});
  const auto older = [&](MemoryId id) {
    return (*store)->GetMemory(sam.id, id, CallContext{})->supersedes.value_or(0);
  };
  CHECK(older(3) == 1);
  CHECK(older(7) == 4);
  CHECK(older(10) == 0);
  CHECK(older(11) == 8);
  CHECK(older(13) == 0);
  CHECK((*store)->CheckIntegrity(CallContext{}));
  REQUIRE((*store)->Forget(sam.id, 3, "", CallContext{}));
  CHECK(found("c++", RecallInclude::kMemories) == std::vector<int64_t>{1, 7, 10, 11, 13});
}

TEST_CASE("a home of before version 9 keeps its usage, whose decisions are unknown") {
  const TempHome home;
  REQUIRE(EnsurePrivateFile(home.database()));
  {
    sqlite::Connection file(home.database(), sqlite::Connection::Mode::kReadWrite);
    sqlite::ApplyMigrations(file, 0, 8);
    file.db().exec("INSERT INTO meta(key, value) VALUES ('store_uuid', 'u')");
    file.db().exec("PRAGMA application_id = 0x4B415452");
    file.db().exec("PRAGMA user_version = 8");
    file.db().exec(
        "INSERT INTO answers(at, request_id, upstream_id, endpoint, persona, client_session_id,"
        " agent_id, requested_model, provider, model, status, error, attempts, streamed,"
        " input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd_micros,"
        " first_byte_ms, duration_ms, key_name) VALUES (1763726400000, 'r', 'u', 'messages',"
        " 'Sam', 's', 'a', 'q', 'p', 'm', 200, '', 2, 1, 10, 5, 3, 4, 77, 20, 30, 'K')");
  }
  const auto store = Open(home);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  CHECK(QueryValue(home.database(), "PRAGMA user_version") ==
        std::to_string(sqlite::LatestVersion()));
  const auto found = (*store)->LatestUsage({}, CallContext{});
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  const UsageRecord& kept = found->front();
  CHECK(kept.key_name == "K");
  CHECK(kept.attempts == 2);
  CHECK(kept.cost_usd_micros == 77);
  CHECK(kept.duration_ms == 30);
  CHECK(kept.rule.empty());
  CHECK(kept.tried.empty());
  CHECK_FALSE(kept.score);
  CHECK_FALSE(kept.continued);
  const auto routes =
      (*store)->SumRoutes(RouteGroup::kRouteAndModel, "", WallTime{}, CallContext{});
  REQUIRE(routes);
  CHECK(routes->at(0).sum.key == "p/m");
  CHECK(routes->at(0).sum.cost_usd_micros == 77);
}

TEST_CASE("a home of before version 10 keeps its personas, and none is retired") {
  const TempHome home;
  REQUIRE(EnsurePrivateFile(home.database()));
  {
    sqlite::Connection file(home.database(), sqlite::Connection::Mode::kReadWrite);
    sqlite::ApplyMigrations(file, 0, 9);
    file.db().exec("INSERT INTO meta(key, value) VALUES ('store_uuid', 'u')");
    file.db().exec("PRAGMA application_id = 0x4B415452");
    file.db().exec("PRAGMA user_version = 9");
    file.db().exec(
        "INSERT INTO personas(id, name, name_key, role, created_at)"
        " VALUES (1, 'Sam', 'sam', 'reviews', 1763726400000)");
    file.db().exec(
        "INSERT INTO persona_cursors(persona_id, room_id, acked, history_through)"
        " VALUES (1, 0, 0, 0), (1, 1, 0, 0)");
  }
  const auto store = Open(home);
  INFO((store ? "" : store.error().message));
  REQUIRE(store);
  CHECK(QueryValue(home.database(), "PRAGMA user_version") ==
        std::to_string(sqlite::LatestVersion()));
  const auto sam = (*store)->ShowPersona("Sam", CallContext{});
  REQUIRE(sam);
  CHECK(sam->persona.role == "reviews");
  CHECK_FALSE(sam->persona.retired_at);
  CHECK(sam->earlier_names.empty());
  CHECK((*store)->RetirePersona("Sam", CallContext{}));
  CHECK((*store)->RenamePersona("Sam", "Nia", CallContext{}));
  CHECK((*store)->ShowPersona("Sam", CallContext{})->persona.retired_at);
}

TEST_CASE("statistics that a person's ANALYZE made are taken") {
  const TempHome home;
  MakeUsed(home);
  Execute(home.database(), "ANALYZE");
  CHECK(Open(home));
}

// Rewrite kLatestSchemaDigest with what this says, after a new migration.
TEST_CASE("the digest of the newest schema is the one that is compared first") {
  const TempHome home;
  MakeUsed(home);
  sqlite::Connection connection(home.database(), sqlite::Connection::Mode::kReadOnly);
  CHECK(sqlite::SchemaDigest(connection) == sqlite::kLatestSchemaDigest);
}

TEST_CASE("usage of before counts were bounded is summed all the same") {
  const TempHome home;
  MakeUsed(home);
  for (int i = 0; i < 3; ++i) {
    Execute(home.database(),
            "INSERT INTO answers(at, request_id, upstream_id, endpoint, persona,"
            " client_session_id, agent_id, requested_model, provider, model, status, error,"
            " attempts, streamed, input_tokens, output_tokens, cache_read_tokens,"
            " cache_write_tokens, cost_usd_micros, duration_ms) VALUES (9223372036854775807, 'r',"
            " '', 'messages', 'Sam', '', '', 'm', 'p', 'm', 200, '', 1, 0, 9223372036854775807,"
            " 9223372036854775807, 9223372036854775807, 9223372036854775807,"
            " 9223372036854775807, 1)");
  }
  auto store = Open(home);
  REQUIRE(store);
  for (const UsageGroup group :
       {UsageGroup::kPersona, UsageGroup::kProvider, UsageGroup::kModel, UsageGroup::kDay}) {
    const auto sums = (*store)->SumUsage(group, WallTime{}, CallContext{});
    REQUIRE(sums);
    CHECK(sums->at(0).input_tokens == 3'000'000'000);
  }
}

TEST_CASE("a tag, kind or scope that no Katra wrote is shown as the plainest one") {
  CHECK(std::string(ToString(static_cast<TagSource>(99))) == "unknown");
  CHECK(std::string(ToString(static_cast<TagSource>(-1))) == "unknown");
  CHECK(std::string(ToString(static_cast<Activity>(7))) == "unknown");
  CHECK(std::string(ToString(static_cast<MemoryKind>(7))) == "note");
  CHECK(std::string(ToString(static_cast<MemoryScope>(7))) == "private");
}

}  // namespace katra::store
