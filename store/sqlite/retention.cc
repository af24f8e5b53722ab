#include "store/sqlite/retention.h"

#include <algorithm>
#include <limits>

#include "store/sqlite/full_text/message_index.h"

namespace katra::store::sqlite {
namespace {

constexpr MessageId kNoBound = std::numeric_limits<int64_t>::max();

MessageId NewestMessage(Connection& connection) {
  return connection.db().execAndGet("SELECT ifnull(max(id), 0) FROM messages").getInt64();
}

// The first message that was said at `cutoff` or later, by halving: ids are in the order of saying,
// except for imported ones.
MessageId FirstSince(Connection& connection, int64_t cutoff) {
  MessageId low = 0;
  MessageId high = NewestMessage(connection);
  while (low < high) {
    const MessageId middle = low + (high - low) / 2;
    Query query =
        connection.Prepare("SELECT id, said_at FROM messages WHERE id > ?1 ORDER BY id LIMIT 1");
    query.Bind(middle)->executeStep();
    if (query->getColumn(1).getInt64() < cutoff) {
      low = query->getColumn(0).getInt64();
    } else {
      high = middle;
    }
  }
  return low + 1;
}

// Everybody who takes part in the room has heard its messages up to here, in every session. A
// persona does not hear its own words.
MessageId HeardThrough(Connection& connection, int64_t room_id) {
  Query query = connection.Prepare(
      "SELECT min((SELECT m.id FROM messages m WHERE m.room_id = ?1 AND m.direct = 0"
      "  AND m.id > ears.acked AND m.persona_id <> ears.persona_id ORDER BY m.id LIMIT 1))"
      " FROM (SELECT c.persona_id, c.acked FROM persona_cursors c JOIN personas p"
      "  ON p.id = c.persona_id WHERE c.room_id = ?1 AND p.retired_at IS NULL AND (p.guest = 0"
      "   OR EXISTS (SELECT 1 FROM sessions s WHERE s.persona_id = p.id AND s.ended_at IS NULL))"
      " UNION ALL SELECT s.persona_id, c.acked FROM session_cursors c JOIN sessions s"
      "  ON s.id = c.session_id WHERE c.room_id = ?1 AND s.ended_at IS NULL) ears");
  query.Bind(room_id)->executeStep();
  return query->getColumn(0).isNull() ? kNoBound : query->getColumn(0).getInt64() - 1;
}

void Take(Query& query, std::vector<MessageId>* ids) {
  while (query->executeStep()) ids->push_back(query->getColumn(0).getInt64());
}

}  // namespace

std::vector<MessageId> FindOutdated(Connection& connection, const RoomAge& room, int limit) {
  const MessageId end = std::min(FirstSince(connection, room.cutoff), NewestMessage(connection));
  std::vector<MessageId> ids;
  Query said = connection.Prepare(
      "SELECT id FROM messages WHERE room_id = ?1 AND direct = 0 AND id < ?2 AND id <= ?3"
      " AND said_at < ?4 ORDER BY id LIMIT ?5");
  said.Bind(room.room_id, end, HeardThrough(connection, room.room_id), room.cutoff, limit);
  Take(said, &ids);
  Query direct = connection.Prepare(
      "SELECT m.id FROM personas f CROSS JOIN messages m ON m.persona_id = f.id AND m.direct = 1"
      "  AND m.id < ?2 WHERE m.room_id = ?1 AND m.said_at < ?3 AND NOT EXISTS"
      "  (SELECT 1 FROM message_recipients x JOIN personas p ON p.id = x.persona_id"
      "   WHERE x.message_id = m.id AND x.persona_id <> m.persona_id"
      "   AND (p.guest = 0 OR EXISTS (SELECT 1 FROM sessions s WHERE s.persona_id = p.id"
      "    AND s.ended_at IS NULL)) AND (ifnull((SELECT c.acked FROM persona_cursors c"
      "     WHERE c.persona_id = p.id AND c.room_id = 0), 0) < m.id"
      "    OR EXISTS (SELECT 1 FROM sessions s JOIN session_cursors c ON c.session_id = s.id"
      "     WHERE s.persona_id = p.id AND s.ended_at IS NULL AND c.room_id = 0"
      "     AND c.acked < m.id))) ORDER BY m.id LIMIT ?4");
  direct.Bind(room.room_id, end, room.cutoff, limit);
  Take(direct, &ids);
  std::sort(ids.begin(), ids.end());
  if (ids.size() > static_cast<size_t>(limit)) ids.resize(static_cast<size_t>(limit));
  return ids;
}

void RemoveOutdated(Connection& connection, int64_t room_id, const std::vector<MessageId>& ids) {
  if (ids.empty()) return;
  full_text::IndexNewMessages(connection);
  static constexpr const char* kCount =
      "UPDATE rooms SET messages = messages - 1 WHERE id = (SELECT room_id FROM messages"
      "  WHERE id = ?1 AND direct = 0)";
  full_text::RemoveMessages(connection, room_id, ids, [&] {
    for (const MessageId id : ids) {
      for (const char* sql : {kCount, "DELETE FROM message_recipients WHERE message_id = ?1",
                              "DELETE FROM imported WHERE kind = 'message' AND target_id = ?1",
                              "DELETE FROM idempotency WHERE kind = 'message' AND target_id = ?1",
                              "DELETE FROM messages WHERE id = ?1"}) {
        Query query = connection.Prepare(sql);
        query.Bind(id)->exec();
      }
    }
  });
  // Receipts of what is no longer there.
  Query heard = connection.Prepare(
      "DELETE FROM hearings WHERE persona_id IN (SELECT id FROM personas) AND room_id = ?1"
      " AND through < ifnull((SELECT min(id) FROM messages WHERE room_id = ?1 AND direct = 0), "
      "?2)");
  heard.Bind(room_id, kNoBound)->exec();
  Query received = connection.Prepare(
      "DELETE FROM hearings WHERE persona_id IN (SELECT id FROM personas) AND room_id = 0"
      " AND through < ifnull((SELECT min(x.message_id) FROM message_recipients x"
      "  WHERE x.persona_id = hearings.persona_id), ?1)");
  received.Bind(kNoBound)->exec();
  Query woken = connection.Prepare(
      "DELETE FROM wakings WHERE persona_id IN (SELECT id FROM personas)"
      " AND through < (SELECT min(id) FROM messages)");
  woken->exec();
}

}  // namespace katra::store::sqlite
