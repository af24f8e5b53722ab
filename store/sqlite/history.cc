// History: pages of past messages, and ranked search of them.
#include <algorithm>

#include "core/text.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

// For waiting for another process's lock; a batch itself takes milliseconds.
constexpr std::chrono::seconds kIndexingLimit{1};

// Adds what is known of the messages around this one. Direct messages count as far as the viewer
// may see them.
void AddThread(Connection& connection, PersonaId viewer, Message* message) {
  Query later = connection.Prepare("SELECT id FROM messages WHERE corrects = ?1 LIMIT 1");
  if (later.Bind(message->id)->executeStep()) {
    message->corrected_by = later->getColumn(0).getInt64();
  }
  Query replies = connection.Prepare(
      "SELECT count(*) FROM (SELECT 1 FROM messages m WHERE m.reply_to = ?1 AND m.corrects IS NULL"
      " AND (m.direct = 0 OR m.persona_id = ?2 OR EXISTS (SELECT 1 FROM message_recipients x"
      "  WHERE x.persona_id = ?2 AND x.message_id = m.id)) LIMIT ?3)");
  replies.Bind(message->id, viewer, kMaxRepliesCounted)->executeStep();
  message->replies = replies->getColumn(0).getInt64();
  if (!message->reply_to || message->corrects) return;
  const auto first = LoadMessage(connection, viewer, *message->reply_to);
  if (!first) return;
  message->answers_from = first->from;
  message->answers = OneLine(first->body, kMaxQuoteBytes);
}

// The messages visible to the caller come from three sources, each with its own index: messages to
// everyone, direct messages that it sent, direct messages that it received. ?1 room or 0, ?2
// caller, ?3 speaker or 0, ?4 and ?5 the range of ids, ?6 limit.
#define KATRA_PAGE(order)                                                             \
  "SELECT id FROM (SELECT * FROM (SELECT id FROM messages"                            \
  "  WHERE room_id = ?1 AND ?1 <> 0 AND direct = 0 AND id > ?4 AND id < ?5"           \
  "  AND (?3 = 0 OR persona_id = ?3) ORDER BY id " order                              \
  " LIMIT ?6)"                                                                        \
  " UNION ALL SELECT * FROM (SELECT id FROM messages"                                 \
  "  WHERE ?1 = 0 AND direct = 0 AND id > ?4 AND id < ?5"                             \
  "  AND (?3 = 0 OR persona_id = ?3) ORDER BY id " order                              \
  " LIMIT ?6)"                                                                        \
  " UNION ALL SELECT * FROM (SELECT id FROM messages"                                 \
  "  WHERE persona_id = ?2 AND direct = 1 AND id > ?4 AND id < ?5"                    \
  "  AND (?1 = 0 OR room_id = ?1) AND (?3 = 0 OR persona_id = ?3) ORDER BY id " order \
  " LIMIT ?6)"                                                                        \
  " UNION ALL SELECT * FROM (SELECT m.id FROM message_recipients x"                   \
  "  JOIN messages m ON m.id = x.message_id"                                          \
  "  WHERE x.persona_id = ?2 AND x.message_id > ?4 AND x.message_id < ?5"             \
  "  AND (?1 = 0 OR m.room_id = ?1) AND (?3 = 0 OR m.persona_id = ?3)"                \
  "  ORDER BY x.message_id " order " LIMIT ?6)) ORDER BY id " order " LIMIT ?6"

void Page(Connection& connection, const Caller& caller, const HistoryRequest& request,
          int64_t room_id, PersonaId from, HistoryReply* reply) {
  const bool forward = request.after.has_value();
  std::vector<MessageId> ids;
  {
    Query query = connection.Prepare(forward ? KATRA_PAGE("ASC") : KATRA_PAGE("DESC"));
    query.Bind(room_id, caller.persona, from, request.after.value_or(0),
               request.before.value_or(INT64_MAX), request.limit + 1);
    while (query->executeStep()) ids.push_back(query->getColumn(0).getInt64());
  }
  reply->more = ids.size() > static_cast<size_t>(request.limit);
  if (reply->more) ids.pop_back();
  std::sort(ids.begin(), ids.end());
  for (const MessageId id : ids) {
    if (auto message = LoadMessage(connection, caller.persona, id)) {
      AddThread(connection, caller.persona, &*message);
      reply->hits.push_back(HistoryHit{std::move(*message), 0});
    }
  }
}

#undef KATRA_PAGE

}  // namespace

std::string SqliteStore::CatchUpSearch(const CallContext& context) {
  const auto behind = database_->Read(context, "search", [](Connection& c) -> Result<int64_t> {
    return full_text::CountUnindexed(c);
  });
  // Errors of the database are reported by the search itself.
  if (!behind || *behind == 0) return "";
  // If another writer takes long, the search runs without the newest messages instead of waiting.
  CallContext brief = context;
  brief.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + kIndexingLimit);
  // Not synced: after a power loss the messages still exist and are indexed again.
  const Status indexed = database_->Write(
      brief, "indexing the newest messages",
      [](Connection& c) -> Status {
        full_text::IndexNewMessages(c);
        return {};
      },
      Durability::kRelaxed);
  if (indexed) return "";
  return "the newest " + std::to_string(*behind) +
         " messages could not be searched: " + indexed.error().message;
}

Result<HistoryReply> SqliteStore::History(const HistoryRequest& request,
                                          const CallContext& context) {
  if (request.limit < 1 || request.limit > 200) {
    return Fail(ErrorCode::kInvalidArgument, "limit must be from 1 to 200");
  }
  const std::string behind = request.query.empty() ? "" : CatchUpSearch(context);
  return database_->Read(context, "history", [&](Connection& c) -> Result<HistoryReply> {
    auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(std::move(caller));
    HistoryReply reply;
    reply.room = "*";
    int64_t room_id = 0;
    if (request.room != "*") {
      auto room = RequireRoom(c, *caller, request.room);
      if (!room) return Pass(std::move(room));
      room_id = room->id;
      reply.room = room->name;
    }
    PersonaId from = 0;
    if (!request.from.empty()) {
      auto persona = RequirePersona(c, request.from);
      if (!persona) return Pass(std::move(persona));
      from = persona->id;
    }
    if (request.query.empty()) {
      Page(c, *caller, request, room_id, from, &reply);
      return reply;
    }

    full_text::MessageSearch search;
    search.viewer = caller->persona;
    search.query = request.query;
    if (room_id != 0) search.room_id = room_id;
    if (from != 0) search.from = from;
    search.before = request.before;
    search.after = request.after;
    search.limit = request.limit;
    search.synonyms = synonyms_.get();
    const full_text::SearchReply found = full_text::SearchMessages(c, message_terms_, search);
    for (const full_text::SearchHit& hit : found.hits) {
      if (auto message = LoadMessage(c, caller->persona, hit.id)) {
        AddThread(c, caller->persona, &*message);
        reply.hits.push_back(HistoryHit{std::move(*message), hit.score});
      }
    }
    reply.more = found.total > static_cast<int64_t>(reply.hits.size());
    reply.note = behind.empty() ? found.note : behind;
    return reply;
  });
}

}  // namespace katra::store::sqlite
