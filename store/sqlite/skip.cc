// Skipping a backlog: delivers a summary of the messages instead of the messages.
#include <algorithm>

#include "store/mentions.h"
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
  "   AND x.message_id = m.id), m.direct = 0 AND m.room_id = ?1)" KATRA_NOT_CORRECTED

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
                                   " ORDER BY m.id DESC");
  query.Bind(cursor.stream, caller.persona, cursor.delivered, through, cursor.history_through,
             "@" + caller.name);
  for (int found = 0; found < kNamingMessages && query->executeStep();) {
    Message message = ReadMessage(connection, *query, nullptr);
    if (message.to.empty() && !Mentions(message.body, caller.name)) continue;  // @Sam in @Samuel
    naming->push_back(std::move(message));
    ++found;
  }
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

// Summarises what the request skips, and moves the cursors unless it is a peek.
Result<SkipReply> SkipIn(Connection& connection, const SkipRequest& request, int64_t now) {
  auto caller = FindCaller(connection, request.session);
  if (!caller) return Pass(std::move(caller));
  auto room = RequireRoom(connection, *caller, request.room);
  if (!room) return Pass(std::move(room));
  std::vector<Speaker> speakers;
  std::vector<Message> naming;
  std::vector<Cursor> cursors;
  MessageId end = 0;
  MessageId given = 0;
  for (const int64_t stream : {room->id, kInbox}) {
    Cursor cursor = LoadCursor(connection, *caller, stream);
    given = std::max(given, cursor.delivered);
    const MessageId received = request.acknowledge_through.value_or(cursor.delivered);
    cursor.acked = std::max(cursor.acked, std::min(cursor.delivered, received));
    const MessageId newest = NewestInStream(connection, caller->persona, stream);
    const MessageId target = request.through == 0 ? newest : std::min(newest, request.through);
    end = std::max(end, target);
    if (target > cursor.delivered) {
      CountSpeakers(connection, *caller, cursor, target, &speakers);
      FindNaming(connection, *caller, cursor, target, &naming);
      const bool pending = cursor.skip_through > cursor.acked;
      cursor.skip_after =
          pending ? std::min(cursor.skip_after, cursor.delivered) : cursor.delivered;
      cursor.skip_through = target;
      cursor.delivered = target;
    }
    cursors.push_back(cursor);
  }
  SkipReply reply = Sum(std::move(speakers), std::move(naming));
  if (request.through != 0) {
    if (auto ok = CheckTarget(connection, request.through, given, reply.skipped > 0); !ok) {
      return Pass(std::move(ok));
    }
  }
  if (!request.peek) {
    for (const Cursor& cursor : cursors) StoreCursor(connection, *caller, cursor, now);
  }
  reply.room = room->name;
  reply.through = request.through == 0 ? end : request.through;
  return reply;
}

}  // namespace

Result<SkipReply> SqliteStore::Skip(const SkipRequest& request, const CallContext& context) {
  const int64_t now = Now();
  const auto skip = [&](Connection& c) { return SkipIn(c, request, now); };
  return request.peek ? database_->Read(context, "skipping", skip)
                      : database_->Write(context, "skipping", skip);
}

}  // namespace katra::store::sqlite
