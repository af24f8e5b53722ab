// Export as JSON Lines: a header, then personas, rooms, messages and memories, oldest first. The
// records are described by schemas/export-v1.json.
#include <nlohmann/json.hpp>

#include "core/json_text.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

using nlohmann::json;

Status Put(const LineSink& sink, const json& record) { return sink(JsonText(record)); }

json TagJson(const ProviderTag& tag) {
  return {{"provider", tag.provider}, {"model", tag.model}, {"source", ToString(tag.source)}};
}

// The origin of a row: this store, or the one that it was imported from.
json Origin(Connection& connection, const char* kind, int64_t id, const std::string& store_uuid) {
  Query query = connection.Prepare(
      "SELECT source, source_id FROM imported WHERE kind = ?1 AND target_id = ?2");
  query.Bind(kind, id);
  if (!query->executeStep()) return {{"store", store_uuid}, {"id", id}};
  return {{"store", query->getColumn(0).getString()}, {"id", query->getColumn(1).getInt64()}};
}

Status ExportPersonas(Connection& connection, const LineSink& sink) {
  Query query = connection.Prepare(
      "SELECT name, role, created_at, retired_at, id FROM personas WHERE guest = 0 OR EXISTS"
      " (SELECT 1 FROM messages m WHERE m.persona_id = personas.id) ORDER BY id");
  while (query->executeStep()) {
    json record = {{"type", "persona"},
                   {"name", query->getColumn(0).getString()},
                   {"role", query->getColumn(1).getString()},
                   {"created_at", FormatRfc3339(FromUnixMillis(query->getColumn(2).getInt64()))}};
    if (!query->getColumn(3).isNull()) {
      record["retired_at"] = FormatRfc3339(FromUnixMillis(query->getColumn(3).getInt64()));
    }
    Query names = connection.Prepare(
        "SELECT name FROM persona_aliases WHERE persona_id = ?1 ORDER BY name_key");
    names.Bind(query->getColumn(4).getInt64());
    while (names->executeStep()) {
      record["earlier_names"].push_back(names->getColumn(0).getString());
    }
    if (auto put = Put(sink, record); !put) return put;
  }
  return {};
}

Status ExportMessages(Connection& connection, PersonaId viewer, const std::string& store_uuid,
                      const LineSink& sink) {
  Query query = connection.Prepare(
      "SELECT " KATRA_MESSAGE_COLUMNS
      " FROM messages m JOIN rooms r ON r.id = m.room_id JOIN personas p ON p.id = m.persona_id"
      " WHERE ?1 = 0 OR m.direct = 0 OR m.persona_id = ?1 OR EXISTS"
      "   (SELECT 1 FROM message_recipients x WHERE x.persona_id = ?1 AND x.message_id = m.id)"
      " ORDER BY m.id");
  query.Bind(viewer);
  while (query->executeStep()) {
    const Message message = ReadMessage(connection, *query, nullptr);
    json record = {{"type", "message"},
                   {"id", message.id},
                   {"room", message.room},
                   {"from", message.from},
                   {"to", message.to},
                   {"body", message.body},
                   {"said_at", FormatRfc3339(message.said_at)},
                   {"tag", TagJson(message.tag)},
                   {"origin", Origin(connection, "message", message.id, store_uuid)}};
    if (message.reply_to) record["reply_to"] = *message.reply_to;
    if (!message.project.empty()) record["project"] = message.project;
    if (message.corrects) record["corrects"] = *message.corrects;
    if (auto put = Put(sink, record); !put) return put;
  }
  return {};
}

Status ExportMemories(Connection& connection, PersonaId viewer, const std::string& store_uuid,
                      WallTime now, const LineSink& sink) {
  Query query = connection.Prepare(
      "SELECT id, persona_id FROM memories WHERE forgotten_at IS NULL AND session_only = 0"
      " AND (?1 = 0 OR scope = 0 OR persona_id = ?1) ORDER BY id");
  query.Bind(viewer);
  while (query->executeStep()) {
    const auto memory =
        LoadMemory(connection, query->getColumn(1).getInt64(), query->getColumn(0).getInt64());
    if (!memory || IsExpired(*memory, now)) continue;
    json record = {{"type", "memory"},
                   {"id", memory->id},
                   {"author", memory->author},
                   {"content", memory->content},
                   {"reasoning", memory->reasoning},
                   {"kind", ToString(memory->kind)},
                   {"scope", ToString(memory->scope)},
                   {"tags", memory->tags},
                   {"importance", memory->importance},
                   {"created_at", FormatRfc3339(memory->created_at)},
                   {"tag", TagJson(memory->tag)},
                   {"origin", Origin(connection, "memory", memory->id, store_uuid)}};
    if (memory->supersedes) record["supersedes"] = *memory->supersedes;
    if (!memory->project.empty()) record["project"] = memory->project;
    if (memory->expires_at) record["expires_at"] = FormatRfc3339(*memory->expires_at);
    if (auto put = Put(sink, record); !put) return put;
  }
  return {};
}

}  // namespace

Status SqliteStore::Export(const ExportOptions& options, const LineSink& sink,
                           const CallContext& context) {
  return database_->Read(context, "export", [&](Connection& c) -> Status {
    PersonaId viewer = 0;
    if (!options.viewer.empty()) {
      auto persona = RequirePersona(c, options.viewer);
      if (!persona) return Pass(std::move(persona));
      viewer = persona->id;
    }
    const std::string uuid =
        c.db().execAndGet("SELECT value FROM meta WHERE key = 'store_uuid'").getString();
    Status put = Put(sink, {{"type", "katra-export"},
                            {"version", 1},
                            {"store", uuid},
                            {"exported_at", FormatRfc3339(clock_.Now())}});
    if (put) put = ExportPersonas(c, sink);
    if (put && options.messages) put = ExportMessages(c, viewer, uuid, sink);
    if (put && options.memories) put = ExportMemories(c, viewer, uuid, clock_.Now(), sink);
    return put;
  });
}

}  // namespace katra::store::sqlite
