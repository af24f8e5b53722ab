#include "tests/support/cpp/search_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>

#include "core/text.h"
#include "store/sqlite/full_text/search_rebuild.h"
#include "store/sqlite/migrations.h"

namespace katra::testing {
namespace {

using store::sqlite::Connection;
using store::sqlite::Query;

constexpr int64_t kFirstMillis = 1'772'442'000'000;  // 2026-03-02 09:00 UTC, a Monday

std::string Made(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error("cannot make " + path);
  close(file);
  return path;
}

std::vector<int64_t> IdsOf(const store::sqlite::full_text::SearchReply& reply) {
  std::vector<int64_t> ids;
  ids.reserve(reply.hits.size());
  for (const auto& hit : reply.hits) ids.push_back(hit.id);
  return ids;
}

}  // namespace

SearchFixture::SearchFixture(const std::string& path)
    : connection_(Made(path), Connection::Mode::kReadWrite), now_(FromUnixMillis(kFirstMillis)) {
  if (Status migrated = store::sqlite::Migrate(connection_); !migrated) {
    throw std::runtime_error(migrated.error().message);
  }
  Begin();
  store::sqlite::full_text::EnsureSearchIndex(connection_);
  Commit();
}

store::PersonaId SearchFixture::Persona(const std::string& name) {
  const std::string key = ToLowerAscii(name);
  {
    Query find = connection_.Prepare("SELECT id FROM personas WHERE name_key = ?1");
    if (find.Bind(key)->executeStep()) return find->getColumn(0).getInt64();
  }
  connection_.Prepare("INSERT INTO personas(name, name_key, created_at) VALUES (?1, ?2, 0)")
      .Bind(name, key)
      ->exec();
  return connection_.db().getLastInsertRowid();
}

int64_t SearchFixture::Room(const std::string& name) {
  {
    Query find = connection_.Prepare("SELECT id FROM rooms WHERE name_key = ?1");
    if (find.Bind(name)->executeStep()) return find->getColumn(0).getInt64();
  }
  connection_.Prepare("INSERT INTO rooms(name, name_key, created_at) VALUES (?1, ?1, 0)")
      .Bind(name)
      ->exec();
  return connection_.db().getLastInsertRowid();
}

store::MessageId SearchFixture::Say(const Utterance& utterance) {
  const int64_t room = Room(utterance.room);
  const store::PersonaId speaker = Persona(utterance.speaker);
  now_ += std::chrono::minutes(1);
  connection_
      .Prepare(
          "INSERT INTO messages(room_id, persona_id, direct, provider, model, tag_source,"
          " said_at, body) VALUES (?1, ?2, ?3, '', '', 0, ?4, ?5)")
      .Bind(room, speaker, utterance.to.empty() ? 0 : 1, ToUnixMillis(now_), utterance.body)
      ->exec();
  const store::MessageId id = connection_.db().getLastInsertRowid();
  for (const std::string& name : utterance.to) {
    connection_.Prepare("INSERT INTO message_recipients(persona_id, message_id) VALUES (?1, ?2)")
        .Bind(Persona(name), id)
        ->exec();
  }
  store::sqlite::full_text::IndexMessage(connection_, {id, room, speaker, now_, utterance.body});
  return id;
}

store::MemoryId SearchFixture::Remember(const NewMemory& memory) {
  std::string tags;
  for (const std::string& tag : memory.tags) tags += tag + "\n";
  now_ += std::chrono::minutes(1);
  connection_
      .Prepare(
          "INSERT INTO memories(persona_id, scope, kind, importance, created_at, provider,"
          " model, tag_source, tags, reasoning, content)"
          " VALUES (?1, ?2, ?3, ?4, ?5, '', '', 0, ?6, ?7, ?8)")
      .Bind(Persona(memory.author), memory.is_private ? 1 : 0, static_cast<int>(memory.kind),
            memory.importance, ToUnixMillis(now_), tags, memory.reasoning, memory.content)
      ->exec();
  const store::MemoryId id = connection_.db().getLastInsertRowid();
  store::sqlite::full_text::IndexMemory(connection_, id);
  return id;
}

std::vector<int64_t> SearchFixture::Messages(const std::string& viewer, const std::string& query,
                                             int limit) {
  store::sqlite::full_text::MessageSearch search;
  search.viewer = Persona(viewer);
  search.query = query;
  search.limit = limit;
  return IdsOf(Search(search));
}

std::vector<int64_t> SearchFixture::Memories(const std::string& viewer, const std::string& query,
                                             int limit) {
  store::sqlite::full_text::MemorySearch search;
  search.viewer = Persona(viewer);
  search.query = query;
  search.limit = limit;
  return IdsOf(Search(search));
}

store::sqlite::full_text::SearchReply SearchFixture::Search(
    const store::sqlite::full_text::MessageSearch& search) {
  return store::sqlite::full_text::SearchMessages(connection_, statistics_, search);
}

store::sqlite::full_text::SearchReply SearchFixture::Search(
    const store::sqlite::full_text::MemorySearch& search) {
  return store::sqlite::full_text::SearchMemories(connection_, statistics_, search);
}

}  // namespace katra::testing
