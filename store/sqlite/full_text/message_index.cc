#include "store/sqlite/full_text/message_index.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "store/search/analyzer.h"
#include "store/search/query.h"
#include "store/sqlite/full_text/fts_search.h"
#include "store/sqlite/full_text/fts_select.h"
#include "store/sqlite/full_text/word_parts.h"
#include "store/sqlite/persona_names.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr double kSpeakerBoost = 1.3;  // if the speaker is the only persona named in the query
constexpr double kProjectBoost = 1.5;  // if it is of the viewer's own project
// Share of the best score that is added for the best conversation.
constexpr double kConversationShare = 0.2;

const FtsTable& MessagesTable() {
  static const FtsTable table{
      "messages",
      "SELECT max(id) FROM messages",
      "SELECT count(*), min(rowid), max(rowid) FROM "
      "(SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?1 LIMIT ?2)",
      "SELECT id FROM messages WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC",
      "SELECT rowid FROM messages_fts WHERE rowid BETWEEN ?1 AND ?2 AND messages_fts MATCH ?3 "
      "ORDER BY rowid DESC",
      "SELECT katra_rank(messages_fts, ?2) FROM messages_fts WHERE messages_fts MATCH ?1 "
      "AND rowid BETWEEN ?3 AND ?4",
      "SELECT katra_rank(messages_fts, ?2) FROM messages_fts WHERE messages_fts MATCH ?1 "
      "AND rowid BETWEEN ?3 AND ?4 ORDER BY rowid DESC",
      "SELECT sz FROM messages_fts_docsize WHERE id = ?1",
      "text",
      //   text, extra, date, prev1, prev2, prev3, keys
      {1.0, 0.8, 0.3, 0.5, 0.3, 0.15, 0.0},
      0b0000001};  // text
  return table;
}

std::string RoomKey(int64_t room_id) { return "r" + std::to_string(room_id); }
std::string PersonaKey(PersonaId id) { return "p" + std::to_string(id); }

struct Attributes {
  int64_t room_id = 0;
  PersonaId persona_id = 0;
  int64_t said_at = 0;
  int64_t project = 0;
};

// Checks whether rows found by a search match its filters and are visible to the viewer.
class Filter {
 public:
  Filter(Connection& connection, const MessageSearch& search)
      : search_(search),
        row_(connection.Prepare("SELECT room_id, persona_id, said_at, direct, ifnull(project_id, 0)"
                                " FROM messages WHERE id = ?1")),
        recipient_(connection.Prepare(
            "SELECT 1 FROM message_recipients WHERE persona_id = ?1 AND message_id = ?2")) {}

  bool Accepts(MessageId id, Attributes* attributes) {
    row_->reset();
    if (!row_.Bind(id)->executeStep()) return false;
    attributes->room_id = row_->getColumn(0).getInt64();
    attributes->persona_id = row_->getColumn(1).getInt64();
    attributes->said_at = row_->getColumn(2).getInt64();
    const bool direct = row_->getColumn(3).getInt() != 0;
    attributes->project = row_->getColumn(4).getInt64();
    const std::vector<int64_t>& projects = search_.projects;
    if (!projects.empty() &&
        std::find(projects.begin(), projects.end(), attributes->project) == projects.end()) {
      return false;
    }
    if (direct && attributes->persona_id != search_.viewer && !IsRecipient(id)) return false;
    if (search_.room_id && *search_.room_id != attributes->room_id) return false;
    if (search_.from && *search_.from != attributes->persona_id) return false;
    if (search_.since && attributes->said_at < ToUnixMillis(*search_.since)) return false;
    return !search_.until || attributes->said_at < ToUnixMillis(*search_.until);
  }

 private:
  bool IsRecipient(MessageId id) {
    recipient_->reset();
    return recipient_.Bind(search_.viewer, id)->executeStep();
  }

  const MessageSearch& search_;
  Query row_;
  Query recipient_;
};

FtsRequest MakeRequest(const MessageSearch& search) {
  FtsRequest request;
  if (search.room_id) request.required.push_back(MatchKey(RoomKey(*search.room_id)));
  if (search.from) request.required.push_back(MatchKey(PersonaKey(*search.from)));
  if (search.after) request.id_from = std::max<int64_t>(*search.after, 0) + 1;
  if (search.before) request.id_through = *search.before - 1;
  return request;
}

SearchReply ListNewest(Connection& connection, const MessageSearch& search,
                       const FtsRequest& request) {
  SearchReply reply;
  Filter filter(connection, search);
  const auto enough =
      static_cast<size_t>(std::max<int64_t>(kCountedHits, int64_t{search.offset} + search.limit));
  const auto visit = [&](int64_t id) {
    Attributes attributes;
    if (filter.Accepts(id, &attributes)) reply.hits.push_back({id, 0});
    return reply.hits.size() < enough;
  };
  const bool whole = VisitNewest(connection, MessagesTable(), request.required, request.id_from,
                                 request.id_through, visit);
  reply.total_is_floor = !whole || reply.hits.size() == enough;
  TakePage(search.limit, search.offset, &reply);
  return reply;
}

}  // namespace

namespace {

struct MessageColumns {
  search::IndexedText text;
  std::array<std::string, 3> context;
  std::string keys;
};

MessageColumns ColumnsOf(Connection& connection, const IndexedMessage& message) {
  MessageColumns columns;
  {
    Query query = connection.Prepare(
        "SELECT body FROM messages WHERE room_id = ?1 AND direct = 0 AND id < ?2 "
        "ORDER BY id DESC LIMIT 3");
    query.Bind(message.room_id, message.id);
    for (size_t turn = 0; turn < columns.context.size() && query->executeStep(); ++turn) {
      const SQLite::Column body = query->getColumn(0);
      columns.context[turn] =
          search::AnalyzeForContext({body.getText(), static_cast<size_t>(body.getBytes())});
    }
  }
  columns.keys = RoomKey(message.room_id) + " " + PersonaKey(message.persona_id);
  {
    Query query = connection.Prepare("SELECT direct FROM messages WHERE id = ?1");
    if (query.Bind(message.id)->executeStep() && query->getColumn(0).getInt() != 0) {
      columns.keys += std::string(" ") + kHiddenKey;
    }
  }
  columns.text = search::AnalyzeForIndex(message.body);
  return columns;
}

void Write(Connection& connection, const char* sql, const IndexedMessage& message,
           const MessageColumns& columns) {
  connection.Prepare(sql)
      .Bind(message.id, columns.text.text, columns.text.extra, search::DateTokens(message.said_at),
            columns.context[0], columns.context[1], columns.context[2], columns.keys)
      ->exec();
}

constexpr const char* kInsert =
    "INSERT INTO messages_fts(rowid, text, extra, date, prev1, prev2, prev3, keys) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr const char* kDelete =
    "INSERT INTO messages_fts(messages_fts, rowid, text, extra, date, prev1, prev2, prev3, keys) "
    "VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

}  // namespace

void IndexMessage(Connection& connection, const IndexedMessage& message) {
  const MessageColumns columns = ColumnsOf(connection, message);
  Write(connection, kInsert, message, columns);
  AddWords(connection, columns.text.long_words);
}

void ChangeSpeaker(Connection& connection, const IndexedMessage& message, PersonaId speaker) {
  MessageColumns columns = ColumnsOf(connection, message);
  Write(connection, kDelete, message, columns);
  columns.keys = RoomKey(message.room_id) + " " + PersonaKey(speaker) +
                 (columns.keys.ends_with(kHiddenKey) ? std::string(" ") + kHiddenKey : "");
  Write(connection, kInsert, message, columns);
}

namespace {

// The messages of the room, other than `removed`, that have one of them among the three before.
std::vector<MessageId> FindFollowers(Connection& connection, int64_t room_id,
                                     const std::vector<MessageId>& removed) {
  Query end = connection.Prepare(
      "SELECT max(id), count(*) FROM (SELECT id FROM messages WHERE room_id = ?1 AND direct = 0"
      " AND id > ?2 ORDER BY id LIMIT 3)");
  end.Bind(room_id, removed.back())->executeStep();
  const bool ends = end->getColumn(1).getInt() == 3;
  const MessageId through =
      ends ? end->getColumn(0).getInt64() : std::numeric_limits<int64_t>::max();
  Query query = connection.Prepare(
      "SELECT id FROM messages WHERE room_id = ?1 AND direct = 0 AND id > ?2 AND id <= ?3"
      " UNION ALL SELECT m.id FROM personas p CROSS JOIN messages m ON m.persona_id = p.id"
      "  AND m.direct = 1 AND m.id > ?2 AND m.id <= ?3 WHERE m.room_id = ?1");
  query.Bind(room_id, removed.front(), through);
  std::vector<MessageId> followers;
  while (query->executeStep()) {
    const MessageId id = query->getColumn(0).getInt64();
    if (!std::binary_search(removed.begin(), removed.end(), id)) followers.push_back(id);
  }
  return followers;
}

void WriteRow(Connection& connection, const char* sql, MessageId id) {
  Query query =
      connection.Prepare("SELECT room_id, persona_id, said_at, body FROM messages WHERE id = ?1");
  if (!query.Bind(id)->executeStep()) return;
  const SQLite::Column body = query->getColumn(3);
  const IndexedMessage message{id,
                               query->getColumn(0).getInt64(),
                               query->getColumn(1).getInt64(),
                               FromUnixMillis(query->getColumn(2).getInt64()),
                               {body.getText(), static_cast<size_t>(body.getBytes())}};
  Write(connection, sql, message, ColumnsOf(connection, message));
}

}  // namespace

void RemoveMessages(Connection& connection, int64_t room_id, const std::vector<MessageId>& ids,
                    const std::function<void()>& erase) {
  if (ids.empty()) return;
  const std::vector<MessageId> followers = FindFollowers(connection, room_id, ids);
  // What is taken out must be exactly what was put in, so this comes before any row goes.
  for (const std::vector<MessageId>* list : {&ids, &followers}) {
    for (const MessageId id : *list) WriteRow(connection, kDelete, id);
  }
  erase();
  for (const MessageId id : followers) WriteRow(connection, kInsert, id);
}

int64_t CountUnindexed(Connection& connection) {
  Query query = connection.Prepare(
      "SELECT ifnull((SELECT max(id) FROM messages), 0) - messages_through FROM search_progress");
  query->executeStep();
  return query->getColumn(0).getInt64();
}

void IndexNewMessages(Connection& connection) {
  MessageId through = 0;
  {
    Query query = connection.Prepare(
        "SELECT id, room_id, persona_id, said_at, body FROM messages"
        " WHERE id > (SELECT messages_through FROM search_progress) ORDER BY id");
    while (query->executeStep()) {
      through = query->getColumn(0).getInt64();
      const SQLite::Column body = query->getColumn(4);
      IndexMessage(connection, {through,
                                query->getColumn(1).getInt64(),
                                query->getColumn(2).getInt64(),
                                FromUnixMillis(query->getColumn(3).getInt64()),
                                {body.getText(), static_cast<size_t>(body.getBytes())}});
    }
  }
  if (through == 0) return;
  connection.Prepare("UPDATE search_progress SET messages_through = ?1").Bind(through)->exec();
}

void ForgetIndexedMessages(Connection& connection) {
  connection.Prepare("INSERT INTO messages_fts(messages_fts) VALUES ('delete-all')")->exec();
  connection.Prepare("UPDATE search_progress SET messages_through = 0")->exec();
}

SearchReply SearchMessages(Connection& connection, TermStatistics& statistics,
                           const MessageSearch& search) {
  FtsRequest request = MakeRequest(search);
  const NamedPersonas named = FindNamedPersonas(connection, search.query);
  request.query = search::ParseQuery(search.query, named.written);
  if (request.query.blank) return ListNewest(connection, search, request);
  if (request.query.terms.empty()) request.query = search::ParseQuery(search.query);
  const search::Synonyms& synonyms =
      search.synonyms != nullptr ? *search.synonyms : search::Synonyms::BuiltIn();
  synonyms.Expand(search.query, &request.query);

  const FtsResult found = RankRows(connection, statistics, MessagesTable(), request);
  Filter filter(connection, search);
  std::vector<Attributes> attributes(found.rows.size());
  const Selected selected =
      SelectRows(found, kCountedHits, search.limit, search.offset,
                 [&](size_t row) { return filter.Accepts(found.rows[row].id, &attributes[row]); });

  SearchReply reply;
  std::vector<Neighbour> best;
  for (const size_t row : selected.rows) {
    const ScoredRow& scored = found.rows[row];
    const bool speaks = named.only && *named.only == attributes[row].persona_id;
    const bool own = search.own_project != 0 && attributes[row].project == search.own_project;
    reply.hits.push_back(
        {scored.id, scored.score * (speaks ? kSpeakerBoost : 1.0) * (own ? kProjectBoost : 1.0)});
    if (row < found.precise) {
      best.push_back({row, attributes[row].room_id, scored.id, attributes[row].said_at});
    }
  }
  BoostConversations(found, best, kConversationShare, &reply.hits);
  TakePage(search.limit, search.offset, &reply);
  reply.total_is_floor = !selected.all || !found.complete;
  reply.note = found.note;
  reply.rows_ranked = found.ranked;
  return reply;
}

}  // namespace katra::store::sqlite::full_text
