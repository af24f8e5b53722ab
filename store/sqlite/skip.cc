// Skipping a backlog: marks messages as heard and returns a summary of them.
#include <algorithm>

#include "store/sqlite/cursors.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr int kNamedSpeakers = 12;
constexpr int kNamingMessages = 20;

// Selects the same messages as Hear. ?1 room, or 0 for the inbox; ?2 persona; ?3 and ?4 ids: after,
// through; ?5 last id of the history.
#define KATRA_SKIPPED                                                                        \
  " FROM messages m JOIN personas p ON p.id = m.persona_id JOIN rooms r ON r.id = m.room_id" \
  " WHERE m.id > ?3 AND m.id <= ?4 AND m.persona_id <> ?2"                                   \
  " AND (m.id <= ?5 OR m.session_id IS NOT NULL) AND iif(?1 = 0,"                            \
  "  m.direct = 1 AND EXISTS (SELECT 1 FROM message_recipients x WHERE x.persona_id = ?2"    \
  "   AND x.message_id = m.id), m.direct = 0 AND m.room_id = ?1)"

void CountSpeakers(Connection& connection, const Caller& caller, const Cursor& cursor,
                   MessageId through, std::vector<Speaker>* speakers) {
  Query query = connection.Prepare("SELECT p.name, count(*)" KATRA_SKIPPED " GROUP BY p.id");
  query.Bind(cursor.stream, caller.persona, cursor.acked, through, cursor.history_through);
  while (query->executeStep()) {
    const std::string name = query->getColumn(0).getString();
    const int64_t count = query->getColumn(1).getInt64();
    const auto known = std::find_if(speakers->begin(), speakers->end(),
                                    [&](const Speaker& one) { return one.name == name; });
    if (known == speakers->end()) {
      speakers->push_back({name, count});
    } else {
      known->messages += count;
    }
  }
}

void FindNaming(Connection& connection, const Caller& caller, const Cursor& cursor,
                MessageId through, std::vector<Message>* naming) {
  Query query = connection.Prepare("SELECT " KATRA_MESSAGE_COLUMNS KATRA_SKIPPED
                                   " AND (m.direct = 1 OR instr(lower(m.body), lower(?6)) > 0)"
                                   " ORDER BY m.id DESC LIMIT ?7");
  query.Bind(cursor.stream, caller.persona, cursor.acked, through, cursor.history_through,
             "@" + caller.name, kNamingMessages);
  while (query->executeStep()) naming->push_back(ReadMessage(connection, *query, nullptr));
}

#undef KATRA_SKIPPED

SkipReply Sum(std::vector<Speaker> speakers, std::vector<Message> naming) {
  SkipReply reply;
  for (const Speaker& speaker : speakers) reply.skipped += speaker.messages;
  std::stable_sort(speakers.begin(), speakers.end(),
                   [](const Speaker& a, const Speaker& b) { return a.messages > b.messages; });
  if (speakers.size() > kNamedSpeakers) {
    reply.other_speakers = static_cast<int64_t>(speakers.size()) - kNamedSpeakers;
    speakers.resize(kNamedSpeakers);
  }
  std::sort(naming.begin(), naming.end(),
            [](const Message& a, const Message& b) { return a.id > b.id; });
  if (naming.size() > kNamingMessages) naming.resize(kNamingMessages);
  std::reverse(naming.begin(), naming.end());
  reply.speakers = std::move(speakers);
  reply.naming = std::move(naming);
  return reply;
}

}  // namespace

Result<SkipReply> SqliteStore::Skip(SessionId session, const std::string& room, MessageId through,
                                    const CallContext& context) {
  return database_->Write(context, "skipping", [&](Connection& c) -> Result<SkipReply> {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    auto row = RequireRoom(c, *caller, room);
    if (!row) return Pass(std::move(row));
    std::vector<Speaker> speakers;
    std::vector<Message> naming;
    MessageId end = 0;
    for (const int64_t stream : {row->id, kInbox}) {
      Cursor cursor = LoadCursor(c, *caller, stream);
      const MessageId newest = NewestInStream(c, caller->persona, stream);
      const MessageId target = through == 0 ? newest : std::min(newest, through);
      end = std::max(end, target);
      if (target > cursor.acked) {
        CountSpeakers(c, *caller, cursor, target, &speakers);
        FindNaming(c, *caller, cursor, target, &naming);
        cursor.acked = target;
        cursor.delivered = std::max(cursor.delivered, target);
      }
      StoreCursor(c, *caller, cursor);
    }
    SkipReply reply = Sum(std::move(speakers), std::move(naming));
    reply.room = row->name;
    reply.through = through == 0 ? end : through;
    return reply;
  });
}

}  // namespace katra::store::sqlite
