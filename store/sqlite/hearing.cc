// Hearing: messages since the persona last heard, and acknowledgements.
#include <algorithm>

#include "store/sqlite/cursors.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr int64_t kCountLimit = 10'000;  // counting of remaining messages stops here

// The two streams that one call of Hear reads.
struct Ears {
  RoomRow room;
  Cursor said;   // the room's messages to everyone
  Cursor inbox;  // direct messages from every room
};

Result<Ears> LoadEars(Connection& connection, const Caller& caller, const HearRequest& request) {
  auto room = RequireRoom(connection, caller, request.room);
  if (!room) return Pass(std::move(room));
  return Ears{*room, LoadCursor(connection, caller, room->id),
              LoadCursor(connection, caller, kInbox)};
}

MessageId AckTarget(const Cursor& cursor, const HearRequest& request) {
  const MessageId through = request.acknowledge_through.value_or(cursor.delivered);
  return std::max(cursor.acked, std::min(cursor.delivered, through));
}

// Imported messages are history: only personas that first come to the room afterwards see them.
void ReadStream(Connection& connection, const Caller& caller, const Cursor& cursor, int limit,
                std::vector<HeardMessage>* heard) {
  Query query = connection.Prepare(
      cursor.stream == kInbox
          ? "SELECT " KATRA_MESSAGE_COLUMNS
            " FROM message_recipients x JOIN messages m ON m.id = x.message_id"
            " JOIN rooms r ON r.id = m.room_id JOIN personas p ON p.id = m.persona_id"
            " WHERE x.persona_id = ?2 AND x.message_id > ?3 AND ?1 = 0"
            " AND (m.id <= ?5 OR m.session_id IS NOT NULL)" KATRA_NOT_CORRECTED
            " ORDER BY x.message_id LIMIT ?4"
          : "SELECT " KATRA_MESSAGE_COLUMNS
            " FROM messages m JOIN rooms r ON r.id = m.room_id JOIN personas p ON p.id = "
            "m.persona_id"
            " WHERE m.room_id = ?1 AND m.direct = 0 AND m.id > ?3 AND m.persona_id <> ?2"
            " AND (m.id <= ?5 OR m.session_id IS NOT NULL)" KATRA_NOT_CORRECTED
            " ORDER BY m.id LIMIT ?4");
  query.Bind(cursor.stream, caller.persona, cursor.delivered, limit, cursor.history_through);
  while (query->executeStep()) {
    HeardMessage message;
    message.message = ReadMessage(connection, *query, &message.direct);
    const MessageId id = message.message.id;
    message.history = id <= cursor.history_through;
    message.redelivered = cursor.WasGiven(id);
    heard->push_back(std::move(message));
  }
}

void CountLeft(Connection& connection, const Caller& caller, const Ears& ears, MessageId after,
               HearReply* reply) {
  for (const Cursor* cursor : {&ears.said, &ears.inbox}) {
    const int64_t count = CountAfter(connection, caller.persona, *cursor,
                                     std::max(after, cursor->delivered), kCountLimit + 1);
    reply->left += std::min(count, kCountLimit);
    reply->left_is_floor |= count > kCountLimit;
  }
}

void CountEarlier(Connection& connection, const Caller& caller, const Cursor& cursor,
                  HearReply* reply) {
  Query query = connection.Prepare(
      "SELECT count(*) FROM (SELECT 1 FROM messages"
      " WHERE room_id = ?1 AND direct = 0 AND id <= ?3 AND persona_id <> ?2 LIMIT ?4)");
  query.Bind(cursor.stream, caller.persona, cursor.acked, kCountLimit + 1);
  query->executeStep();
  const int64_t count = query->getColumn(0).getInt64();
  reply->earlier = std::min(count, kCountLimit);
  reply->earlier_is_floor = count > kCountLimit;
}

// Reads both streams after the delivered positions; oldest first, within the limits of the request.
HearReply Listen(Connection& connection, const Caller& caller, const Ears& ears,
                 const HearRequest& request) {
  HearReply reply;
  reply.room = ears.room.name;
  std::vector<HeardMessage>& heard = reply.messages;
  ReadStream(connection, caller, ears.said, request.limit, &heard);
  ReadStream(connection, caller, ears.inbox, request.limit, &heard);
  std::sort(heard.begin(), heard.end(), [](const HeardMessage& a, const HeardMessage& b) {
    return a.message.id < b.message.id;
  });
  size_t count = 0;
  size_t bytes = 0;
  while (count < heard.size() && count < static_cast<size_t>(request.limit)) {
    const Message& message = heard[count].message;
    bytes += request.weight ? request.weight(message) : message.body.size();
    if (count > 0 && bytes > request.max_body_bytes) break;
    ++count;
  }
  heard.resize(count);
  if (heard.empty()) return reply;
  CountLeft(connection, caller, ears, heard.back().message.id, &reply);
  if (ears.said.newcomer && heard.front().history) {
    CountEarlier(connection, caller, ears.said, &reply);
  }
  return reply;
}

uint64_t SilenceKey(SessionId session, int64_t room_id) {
  return (static_cast<uint64_t>(session) << 32) ^ static_cast<uint64_t>(room_id);
}

}  // namespace

Result<HearReply> SqliteStore::Hear(const HearRequest& request, const CallContext& context) {
  if (request.limit < 1 || request.limit > 200) {
    return Fail(ErrorCode::kInvalidArgument, "limit must be from 1 to 200");
  }

  // Most calls find nothing, change nothing, and so only read.
  bool must_write = false;
  bool must_sync = false;
  auto reply = database_->Read(context, "hear", [&](Connection& c) -> Result<HearReply> {
    auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(std::move(caller));
    auto ears = LoadEars(c, *caller, request);
    if (!ears) return Pass(std::move(ears));
    must_sync = AckTarget(ears->said, request) > ears->said.acked ||
                AckTarget(ears->inbox, request) > ears->inbox.acked;
    must_write = !request.peek && (must_sync || !ears->said.stored || !ears->inbox.stored);

    const MessageId newest_said = NewestInStream(c, caller->persona, ears->room.id);
    const MessageId newest_inbox = NewestInStream(c, caller->persona, kInbox);
    const uint64_t key = SilenceKey(request.session, ears->room.id);
    {
      const std::lock_guard<std::mutex> lock(silence_mutex_);
      const auto silence = silence_.find(key);
      const bool quiet =
          newest_said <= ears->said.delivered ||
          (silence != silence_.end() && silence->second.base <= ears->said.delivered &&
           silence->second.through >= newest_said);
      if (quiet && newest_inbox <= ears->inbox.delivered) {
        HearReply nothing;
        nothing.room = ears->room.name;
        return nothing;
      }
    }
    HearReply heard = Listen(c, *caller, *ears, request);
    if (heard.messages.empty()) {
      const std::lock_guard<std::mutex> lock(silence_mutex_);
      silence_[key] = Silence{ears->said.delivered, newest_said};
    } else {
      must_write = !request.peek;
    }
    return heard;
  });
  if (!reply || !must_write) return reply;

  return database_->Write(
      context, "hear",
      [&](Connection& c) -> Result<HearReply> {
        auto caller = FindCaller(c, request.session);
        if (!caller) return Pass(std::move(caller));
        auto ears = LoadEars(c, *caller, request);
        if (!ears) return Pass(std::move(ears));
        ears->said.acked = AckTarget(ears->said, request);
        ears->inbox.acked = AckTarget(ears->inbox, request);
        HearReply heard = Listen(c, *caller, *ears, request);
        if (!heard.messages.empty()) {
          const MessageId last = heard.messages.back().message.id;
          for (Cursor* cursor : {&ears->said, &ears->inbox}) {
            // If nothing is left, also skip the persona's own messages after the last one.
            const MessageId end =
                heard.left > 0 ? last : NewestInStream(c, caller->persona, cursor->stream);
            cursor->delivered = std::max(cursor->delivered, end);
          }
        }
        StoreCursor(c, *caller, ears->said, Now());
        StoreCursor(c, *caller, ears->inbox, Now());
        return heard;
      },
      must_sync ? Durability::kFull : Durability::kRelaxed);
}

Status SqliteStore::Acknowledge(SessionId session, const std::string& room, MessageId through,
                                const CallContext& context) {
  HearRequest request;
  request.session = session;
  request.room = room;
  request.acknowledge_through = through;
  // Returns whether anything changed, or would change.
  const auto acknowledge = [&](Connection& c, bool write) -> Result<bool> {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    auto ears = LoadEars(c, *caller, request);
    if (!ears) return Pass(std::move(ears));
    bool changes = false;
    for (Cursor* cursor : {&ears->said, &ears->inbox}) {
      const MessageId target = AckTarget(*cursor, request);
      if (target == cursor->acked) continue;
      changes = true;
      cursor->acked = target;
      if (write) StoreCursor(c, *caller, *cursor, Now());
    }
    return changes;
  };
  auto needed = database_->Read(context, "acknowledging",
                                [&](Connection& c) { return acknowledge(c, false); });
  if (!needed) return Pass(std::move(needed));
  if (!*needed) return {};
  auto done = database_->Write(context, "acknowledging",
                               [&](Connection& c) { return acknowledge(c, true); });
  if (!done) return Pass(std::move(done));
  return {};
}

Status SqliteStore::Undeliver(SessionId session, const std::string& room,
                              const CallContext& context) {
  return database_->Write(
      context, "taking back a delivery",
      [&](Connection& c) -> Status {
        auto caller = FindCaller(c, session);
        if (!caller) return Pass(std::move(caller));
        auto row = RequireRoom(c, *caller, room);
        if (!row) return Pass(std::move(row));
        Query update = c.Prepare(
            "UPDATE session_cursors SET redeliver = max(redeliver, delivered), delivered = acked,"
            " skip_after = 0, skip_through = 0"
            " WHERE session_id = ?1 AND room_id IN (?2, 0)");
        update.Bind(session, row->id)->exec();
        return {};
      },
      Durability::kRelaxed);
}

}  // namespace katra::store::sqlite
