// A database that somebody else had in hands: what it brings along does not act, is named, and
// damages nothing.
#include "core/clock.h"
#include "core/files.h"
#include "core/ids.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/open.h"
#include "store/sqlite/schema_check.h"
#include "tests/support/catch.h"
#include "tests/support/database_probe.h"
#include "tests/support/temp_home.h"

namespace katra::store {
namespace {

using katra::testing::Execute;
using katra::testing::QueryValue;
using katra::testing::TempHome;

const SystemClock kClock;

Result<std::unique_ptr<Store>> Open(const TempHome& home) {
  static SystemRandom random;
  sqlite::OpenOptions options;
  options.home = home.path();
  options.clock = &kClock;
  options.random = &random;
  return sqlite::OpenSqliteStore(options, CallContext{});
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
