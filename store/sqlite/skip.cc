// Skipping a backlog: delivers a summary of the messages instead of the messages.
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
  query.Bind(cursor.stream, caller.persona, cursor.delivered, through, cursor.history_through);
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
  query.Bind(cursor.stream, caller.persona, cursor.delivered, through, cursor.history_through,
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

// Refuses a number that names no backlog. `given`: the newest message that was delivered before.
Status CheckTarget(Connection& connection, MessageId through, MessageId given, bool any) {
  const std::string number = "#" + std::to_string(through);
  const MessageId newest =
      connection.db().execAndGet("SELECT ifnull(max(id), 0) FROM messages").getInt64();
  if (through > newest) {
    return Fail(ErrorCode::kInvalidArgument,
                "cannot skip to " + number + ": the newest message is #" + std::to_string(newest) +
                    ". Give its number or \"latest\"; nothing was skipped");
  }
  if (!any && through < given) {
    return Fail(ErrorCode::kInvalidArgument,
                "cannot skip to " + number + ": you were given everything up to #" +
                    std::to_string(given) +
                    " already. Give a later number or \"latest\"; katra_history shows past "
                    "messages");
  }
  return {};
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
    std::vector<Cursor> cursors;
    MessageId end = 0;
    MessageId given = 0;
    for (const int64_t stream : {row->id, kInbox}) {
      Cursor cursor = LoadCursor(c, *caller, stream);
      given = std::max(given, cursor.delivered);
      const MessageId newest = NewestInStream(c, caller->persona, stream);
      const MessageId target = through == 0 ? newest : std::min(newest, through);
      end = std::max(end, target);
      if (target > cursor.delivered) {
        CountSpeakers(c, *caller, cursor, target, &speakers);
        FindNaming(c, *caller, cursor, target, &naming);
        cursor.delivered = target;
      }
      cursors.push_back(cursor);
    }
    SkipReply reply = Sum(std::move(speakers), std::move(naming));
    if (through != 0) {
      if (auto ok = CheckTarget(c, through, given, reply.skipped > 0); !ok) {
        return Pass(std::move(ok));
      }
    }
    for (const Cursor& cursor : cursors) StoreCursor(c, *caller, cursor);
    reply.room = row->name;
    reply.through = through == 0 ? end : through;
    return reply;
  });
}

}  // namespace katra::store::sqlite
