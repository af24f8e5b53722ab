// Makes two personas one: store/persona_store.h.
#include <algorithm>
#include <string>
#include <vector>

#include "store/sqlite/cursors.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/hearings.h"
#include "store/sqlite/persona_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

std::vector<int64_t> Ids(Connection& connection, const char* sql, PersonaId persona) {
  std::vector<int64_t> ids;
  Query query = connection.Prepare(sql);
  query.Bind(persona);
  while (query->executeStep()) ids.push_back(query->getColumn(0).getInt64());
  return ids;
}

// The search index knows the speaker of each message.
int64_t MoveMessages(Connection& connection, PersonaId from, PersonaId into) {
  full_text::IndexNewMessages(connection);
  const std::vector<int64_t> ids =
      Ids(connection, "SELECT id FROM messages WHERE persona_id = ?1", from);
  for (const MessageId id : ids) {
    Query query = connection.Prepare("SELECT room_id, said_at, body FROM messages WHERE id = ?1");
    query.Bind(id)->executeStep();
    const std::string body = query->getColumn(2).getString();
    const full_text::IndexedMessage message{id, query->getColumn(0).getInt64(), from,
                                            FromUnixMillis(query->getColumn(1).getInt64()), body};
    full_text::ChangeSpeaker(connection, message, into);
  }
  Query move = connection.Prepare("UPDATE messages SET persona_id = ?2 WHERE persona_id = ?1");
  move.Bind(from, into)->exec();
  return static_cast<int64_t>(ids.size());
}

// So does the index of memories. Returns how many are not forgotten.
int64_t MoveMemories(Connection& connection, PersonaId from, PersonaId into) {
  const std::vector<int64_t> ids = Ids(
      connection, "SELECT id FROM memories WHERE persona_id = ?1 AND forgotten_at IS NULL", from);
  for (const MemoryId id : ids) full_text::UnindexMemory(connection, id);
  Query move = connection.Prepare("UPDATE memories SET persona_id = ?2 WHERE persona_id = ?1");
  move.Bind(from, into)->exec();
  for (const MemoryId id : ids) full_text::IndexMemory(connection, id);
  return static_cast<int64_t>(ids.size());
}

// A room is heard as far as either heard it. In the inbox, both streams become one, which begins at
// the first message that is unheard in either.
void MergeCursors(Connection& connection, PersonaId from, PersonaId into) {
  Query rooms = connection.Prepare(
      "INSERT INTO persona_cursors(persona_id, room_id, acked, redeliver, history_through)"
      " SELECT ?2, room_id, acked, redeliver, history_through FROM persona_cursors"
      "  WHERE persona_id = ?1 AND room_id <> 0"
      " ON CONFLICT DO UPDATE SET acked = max(acked, excluded.acked),"
      "  redeliver = max(redeliver, excluded.redeliver),"
      "  history_through = max(history_through, excluded.history_through)");
  rooms.Bind(from, into)->exec();

  Caller caller;
  MessageId furthest = 0;
  MessageId unheard_after = 0;
  bool unheard = false;
  for (const PersonaId persona : {from, into}) {
    caller.persona = persona;
    const Cursor inbox = LoadCursor(connection, caller, kInbox);
    furthest = std::max({furthest, inbox.persona_acked, inbox.persona_redeliver});
    if (CountAfter(connection, persona, inbox, inbox.persona_acked, 1) == 0) continue;
    unheard_after = unheard ? std::min(unheard_after, inbox.persona_acked) : inbox.persona_acked;
    unheard = true;
  }
  Query inbox = connection.Prepare(
      "UPDATE persona_cursors SET acked = ?2, redeliver = ?3 WHERE persona_id = ?1 AND room_id = "
      "0");
  inbox.Bind(into, unheard ? unheard_after : furthest, unheard ? furthest : MessageId{0})->exec();
  Query drop = connection.Prepare("DELETE FROM persona_cursors WHERE persona_id = ?1");
  drop.Bind(from)->exec();
}

// Every row of any table that refers to the persona. Where the other has such a row already (a
// message to both, an idempotency key of both), that row stays.
void MoveReferences(Connection& connection, PersonaId from, PersonaId into) {
  std::vector<std::pair<std::string, std::string>> columns;
  {
    Query query = connection.Prepare(
        "SELECT t.name, f.\"from\" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f"
        " WHERE t.type = 'table' AND f.\"table\" = 'personas' ORDER BY t.name");
    while (query->executeStep()) {
      columns.emplace_back(query->getColumn(0).getString(), query->getColumn(1).getString());
    }
  }
  for (const auto& [table, column] : columns) {
    const std::string where = " WHERE " + column + " = " + std::to_string(from);
    connection.db().exec("UPDATE OR IGNORE " + table + " SET " + column + " = " +
                         std::to_string(into) + where);
    connection.db().exec("DELETE FROM " + table + where);
  }
}

void MergeRows(Connection& connection, const PersonaRow& from, const PersonaRow& into) {
  Query merge = connection.Prepare(
      "UPDATE personas SET created_at = min(personas.created_at, f.created_at),"
      " role = iif(personas.role = '', f.role, personas.role),"
      " rooms_made = iif(f.rooms_from > personas.rooms_from, f.rooms_made, personas.rooms_made),"
      " rooms_from = max(personas.rooms_from, f.rooms_from)"
      " FROM personas f WHERE personas.id = ?2 AND f.id = ?1");
  merge.Bind(from.id, into.id)->exec();
  Query remove = connection.Prepare("DELETE FROM personas WHERE id = ?1");
  remove.Bind(from.id)->exec();
  AddAlias(connection, from.name, into.id);
  RenameUsage(connection, from.name, into.name);
}

}  // namespace

Result<MergeReceipt> SqliteStore::MergePersonas(const std::string& from, const std::string& into,
                                                const CallContext& context) {
  auto merged =
      database_->Write(context, "merging personas", [&](Connection& c) -> Result<MergeReceipt> {
        SweepDeadSessions(c);
        auto lost = RequireIdle(c, from, "merged");
        if (!lost) return Pass(std::move(lost));
        auto kept = RequireIdle(c, into, "merged");
        if (!kept) return Pass(std::move(kept));
        if (lost->id == kept->id) {
          return Fail(ErrorCode::kInvalidArgument,
                      from + " and " + into + " are the same persona, " + kept->name +
                          ": name two; `katra persona list --all` shows them");
        }
        MergeReceipt receipt;
        receipt.into = kept->name;
        receipt.messages = MoveMessages(c, lost->id, kept->id);
        receipt.memories = MoveMemories(c, lost->id, kept->id);
        MergeCursors(c, lost->id, kept->id);
        MergeHearings(c, lost->id, kept->id);
        MoveReferences(c, lost->id, kept->id);
        MergeRows(c, *lost, *kept);
        return receipt;
      });
  if (merged) {
    ForgetSilence();
    Ring();
  }
  return merged;
}

}  // namespace katra::store::sqlite
