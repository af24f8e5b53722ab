#include "store/sqlite/cursors.h"

#include <algorithm>
#include <vector>

#include "store/sqlite/hearings.h"

namespace katra::store::sqlite {
namespace {

struct Place {
  MessageId acked = 0;
  MessageId redeliver = 0;
  MessageId history_through = 0;
};

// The starting position of a persona that is new to a room: before the last kHistoryForNewcomers
// messages.
Place NewcomersPlace(Connection& connection, PersonaId persona, int64_t stream) {
  Place place;
  if (stream == kInbox) return place;  // nothing was sent to it before it existed
  place.history_through = NewestInStream(connection, persona, stream);
  Query query = connection.Prepare(
      "SELECT min(id) FROM (SELECT id FROM messages"
      " WHERE room_id = ?1 AND direct = 0 AND persona_id <> ?2 ORDER BY id DESC LIMIT ?3)");
  query.Bind(stream, persona, kHistoryForNewcomers);
  query->executeStep();
  place.acked =
      query->getColumn(0).isNull() ? place.history_through : query->getColumn(0).getInt64() - 1;
  return place;
}

std::optional<Place> PersonasPlace(Connection& connection, PersonaId persona, int64_t stream) {
  Query query = connection.Prepare(
      "SELECT acked, redeliver, history_through FROM persona_cursors"
      " WHERE persona_id = ?1 AND room_id = ?2");
  query.Bind(persona, stream);
  if (!query->executeStep()) return std::nullopt;
  return Place{query->getColumn(0).getInt64(), query->getColumn(1).getInt64(),
               query->getColumn(2).getInt64()};
}

void StorePersonasPlace(Connection& connection, PersonaId persona, int64_t stream,
                        const Place& place) {
  Query insert = connection.Prepare(
      "INSERT INTO persona_cursors(persona_id, room_id, acked, history_through)"
      " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
  insert.Bind(persona, stream, place.acked, place.history_through)->exec();
}

}  // namespace

Cursor LoadCursor(Connection& connection, const Caller& caller, int64_t stream) {
  const std::optional<Place> known = PersonasPlace(connection, caller.persona, stream);
  const Place place = known ? *known : NewcomersPlace(connection, caller.persona, stream);
  Cursor cursor;
  cursor.stream = stream;
  cursor.acked = cursor.delivered = place.acked;
  cursor.persona_acked = place.acked;
  cursor.persona_redeliver = place.redeliver;
  cursor.history_through = place.history_through;

  Query query = connection.Prepare(
      "SELECT acked, delivered, redeliver, skip_after, skip_through FROM session_cursors"
      " WHERE session_id = ?1 AND room_id = ?2");
  query.Bind(caller.session, stream);
  if (query->executeStep()) {
    cursor.acked = query->getColumn(0).getInt64();
    cursor.delivered = query->getColumn(1).getInt64();
    cursor.session_redeliver = query->getColumn(2).getInt64();
    cursor.skip_after = query->getColumn(3).getInt64();
    cursor.skip_through = query->getColumn(4).getInt64();
    cursor.stored = known.has_value();
  }
  cursor.newcomer = cursor.acked == cursor.delivered && cursor.acked < cursor.history_through &&
                    place.acked == cursor.acked && place.redeliver == 0;
  return cursor;
}

void StoreCursor(Connection& connection, const Caller& caller, const Cursor& cursor, int64_t now) {
  if (!cursor.stored) {
    const std::optional<Place> known = PersonasPlace(connection, caller.persona, cursor.stream);
    if (!known) {
      StorePersonasPlace(connection, caller.persona, cursor.stream,
                         NewcomersPlace(connection, caller.persona, cursor.stream));
    }
  }
  Query upsert = connection.Prepare(
      "INSERT INTO session_cursors(session_id, room_id, acked, delivered, skip_after, skip_through)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
      " ON CONFLICT DO UPDATE SET acked = excluded.acked, delivered = excluded.delivered,"
      "  skip_after = excluded.skip_after, skip_through = excluded.skip_through");
  upsert
      .Bind(caller.session, cursor.stream, cursor.acked, cursor.delivered, cursor.skip_after,
            cursor.skip_through)
      ->exec();
  if (cursor.acked <= cursor.persona_acked) return;
  Query advance = connection.Prepare(
      "UPDATE persona_cursors SET acked = ?3"
      " WHERE persona_id = ?1 AND room_id = ?2 AND acked < ?3");
  advance.Bind(caller.persona, cursor.stream, cursor.acked)->exec();
  const MessageId skip = std::clamp(cursor.skip_after, cursor.persona_acked, cursor.acked);
  const MessageId rest = std::clamp(cursor.skip_through, skip, cursor.acked);
  RecordHearing(connection, caller.persona, cursor.stream,
                {cursor.persona_acked, skip, now, false});
  RecordHearing(connection, caller.persona, cursor.stream, {skip, rest, now, true});
  RecordHearing(connection, caller.persona, cursor.stream, {rest, cursor.acked, now, false});
}

void JoinStream(Connection& connection, PersonaId persona, int64_t stream) {
  if (PersonasPlace(connection, persona, stream)) return;
  StorePersonasPlace(connection, persona, stream, NewcomersPlace(connection, persona, stream));
}

void RejoinRooms(Connection& connection, PersonaId persona) {
  std::vector<int64_t> rooms;
  {
    Query query = connection.Prepare(
        "SELECT room_id FROM persona_cursors WHERE persona_id = ?1 AND room_id <> 0");
    query.Bind(persona);
    while (query->executeStep()) rooms.push_back(query->getColumn(0).getInt64());
  }
  for (const int64_t room : rooms) {
    const Place place = NewcomersPlace(connection, persona, room);
    Query update = connection.Prepare(
        "UPDATE persona_cursors SET acked = max(acked, ?3), history_through = ?4,"
        " redeliver = iif(redeliver <= max(acked, ?3), 0, redeliver)"
        " WHERE persona_id = ?1 AND room_id = ?2");
    update.Bind(persona, room, place.acked, place.history_through)->exec();
  }
}

void JoinAtEnd(Connection& connection, PersonaId persona, int64_t stream) {
  JoinStream(connection, persona, stream);
  Query update = connection.Prepare(
      "UPDATE persona_cursors SET acked = ?3 WHERE persona_id = ?1 AND room_id = ?2");
  update.Bind(persona, stream, NewestInStream(connection, persona, stream))->exec();
}

MessageId NewestInStream(Connection& connection, PersonaId persona, int64_t stream) {
  const bool inbox = stream == kInbox;
  Query query = connection.Prepare(
      inbox ? "SELECT max(message_id) FROM message_recipients WHERE persona_id = ?1"
            : "SELECT max(id) FROM messages WHERE room_id = ?1 AND direct = 0");
  query.Bind(inbox ? persona : stream);
  query->executeStep();
  return query->getColumn(0).isNull() ? 0 : query->getColumn(0).getInt64();
}

int64_t CountAfter(Connection& connection, PersonaId persona, const Cursor& cursor, MessageId after,
                   int64_t limit) {
  // Uses an index of imported messages and not the rows, so that counting only reads indexes.
  Query query = connection.Prepare(
      cursor.stream == kInbox
          ? "SELECT count(*) FROM (SELECT 1 FROM message_recipients x"
            " WHERE persona_id = ?2 AND message_id > ?3 AND ?1 = 0"
            "  AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.corrects = x.message_id)"
            "  AND (message_id <= ?5"
            "  OR NOT EXISTS (SELECT 1 FROM imported WHERE kind = 'message'"
            "   AND target_id = x.message_id)) LIMIT ?4)"
          : "SELECT count(*) FROM (SELECT 1 FROM messages m"
            " WHERE room_id = ?1 AND direct = 0 AND id > ?3 AND persona_id <> ?2"
            "  AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.corrects = m.id) AND (id <= ?5"
            "  OR NOT EXISTS (SELECT 1 FROM imported WHERE kind = 'message'"
            "   AND target_id = m.id)) LIMIT ?4)");
  query.Bind(cursor.stream, persona, after, limit, cursor.history_through);
  query->executeStep();
  return query->getColumn(0).getInt64();
}

namespace {

// Moves positions in a stream that had nothing unheard before message `first` to its newest
// message.
void PassOver(Connection& connection, PersonaId persona, int64_t stream, MessageId first) {
  const bool inbox = stream == kInbox;
  Query before = connection.Prepare(
      inbox ? "SELECT max(message_id) FROM message_recipients WHERE persona_id = ?1"
              " AND message_id < ?2"
            : "SELECT max(id) FROM messages WHERE room_id = ?1 AND direct = 0 AND id < ?2");
  before.Bind(inbox ? persona : stream, first);
  before->executeStep();
  const MessageId heard = before->getColumn(0).isNull() ? 0 : before->getColumn(0).getInt64();
  const MessageId newest = NewestInStream(connection, persona, stream);
  Query personas = connection.Prepare(
      "UPDATE persona_cursors SET acked = ?3 WHERE room_id = ?1 AND (?4 = 0 OR persona_id = ?4)"
      " AND acked >= ?2");
  personas.Bind(stream, heard, newest, persona)->exec();
  Query sessions = connection.Prepare(
      "UPDATE session_cursors SET delivered = ?3, acked = iif(acked >= ?2, ?3, acked)"
      " WHERE room_id = ?1 AND delivered >= ?2 AND (?4 = 0 OR session_id IN"
      "  (SELECT id FROM sessions WHERE persona_id = ?4 AND ended_at IS NULL))");
  sessions.Bind(stream, heard, newest, persona)->exec();
}

std::vector<int64_t> Ids(Connection& connection, const char* sql, MessageId first) {
  std::vector<int64_t> ids;
  Query query = connection.Prepare(sql);
  query.Bind(first);
  while (query->executeStep()) ids.push_back(query->getColumn(0).getInt64());
  return ids;
}

}  // namespace

void PassOverImported(Connection& connection, MessageId first) {
  for (const int64_t room :
       Ids(connection, "SELECT DISTINCT room_id FROM messages WHERE id >= ?1 AND direct = 0",
           first)) {
    PassOver(connection, 0, room, first);
  }
  for (const PersonaId persona :
       Ids(connection,
           "SELECT DISTINCT x.persona_id FROM messages m JOIN message_recipients x"
           " ON x.message_id = m.id WHERE m.id >= ?1 AND m.direct = 1",
           first)) {
    PassOver(connection, persona, kInbox, first);
  }
}

void RetireCursors(Connection& connection, SessionId session) {
  Query keep = connection.Prepare(
      "UPDATE persona_cursors SET redeliver = max(persona_cursors.redeliver, c.delivered)"
      " FROM session_cursors c JOIN sessions s ON s.id = c.session_id"
      " WHERE c.session_id = ?1 AND persona_cursors.persona_id = s.persona_id"
      "   AND persona_cursors.room_id = c.room_id");
  keep.Bind(session)->exec();
  Query drop = connection.Prepare("DELETE FROM session_cursors WHERE session_id = ?1");
  drop.Bind(session)->exec();
}

}  // namespace katra::store::sqlite
