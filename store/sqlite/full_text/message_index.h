// Full-text search of what was said: keeping the index, and asking it. Knows the tables messages,
// message_recipients, personas, messages_fts; nothing of rooms' cursors or of sessions.
//
// Every function throws SQLite::Exception, and is called by the connection's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/search_reply.h"
#include "store/sqlite/full_text/term_statistics.h"
#include "store/types.h"

namespace katra::store::sqlite::full_text {

struct IndexedMessage {
  MessageId id = 0;
  int64_t room_id = 0;
  PersonaId persona_id = 0;  // the speaker
  WallTime said_at;
  std::string_view body;  // borrowed for the call
};

// Makes a message findable. Called once for each, in the order of ids: the messages to all that
// came before it in the room become its context.
void IndexMessage(Connection& connection, const IndexedMessage& message);

// The index follows the table: a batch of messages costs it little more than one, so that saying
// something need not pay for it each time. These may be said before they are findable: whoever
// searches indexes them first.
inline constexpr int64_t kUnindexedMessages = 16;
inline constexpr size_t kUnindexedBytes = 4096;  // of one message: a longer one is indexed at once

// How many messages are not in the index yet.
[[nodiscard]] int64_t CountUnindexed(Connection& connection);
// Makes them findable, in the caller's write transaction.
void IndexNewMessages(Connection& connection);
// Forgets which are in the index: IndexNewMessages begins with the first.
void ForgetIndexedMessages(Connection& connection);

struct MessageSearch {
  PersonaId viewer = 0;
  std::string query;                // blank: the newest
  std::optional<int64_t> room_id;   // unset: every room
  std::optional<PersonaId> from;    // the speaker
  std::optional<WallTime> since;    // said at or after
  std::optional<WallTime> until;    // said before
  std::optional<MessageId> before;  // ids below
  std::optional<MessageId> after;   // ids above
  int limit = 20;
  int offset = 0;
};

[[nodiscard]] SearchReply SearchMessages(Connection& connection, TermStatistics& statistics,
                                         const MessageSearch& search);

}  // namespace katra::store::sqlite::full_text
