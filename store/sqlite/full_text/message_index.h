// Full-text search of messages: maintains and queries the index. Knows the tables messages,
// message_recipients, personas and messages_fts; nothing of cursors or sessions.
//
// Every function throws SQLite::Exception and runs on the connection's thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/search/synonyms.h"
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

// Adds a message to the index. Call it once per message, in order of ids: the preceding messages to
// everyone in the room become its context.
void IndexMessage(Connection& connection, const IndexedMessage& message);

// Changes the speaker of an indexed message; `message` is as it was indexed.
void ChangeSpeaker(Connection& connection, const IndexedMessage& message, PersonaId speaker);

// Takes messages of a room out of the index, calls `erase`, which removes their rows, and indexes
// anew those whose context they were. All of them must be indexed. `ids`: ascending.
void RemoveMessages(Connection& connection, int64_t room_id, const std::vector<MessageId>& ids,
                    const std::function<void()>& erase);

// Messages are indexed in batches, because a batch costs little more than one message, and Say need
// not pay for it each time. At most this many messages wait to be indexed; every search indexes
// them first.
inline constexpr int64_t kUnindexedMessages = 16;
inline constexpr size_t kUnindexedBytes = 4096;  // a message longer than this is indexed at once

// The number of messages that are not indexed yet.
[[nodiscard]] int64_t CountUnindexed(Connection& connection);
// Indexes them, in the caller's write transaction.
void IndexNewMessages(Connection& connection);
// Resets the position, so that IndexNewMessages starts again from the first message.
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
  int64_t own_project = 0;          // whose hits are raised; 0: none
  std::vector<int64_t> projects;    // only in these; empty: everywhere
  int limit = 20;
  int offset = 0;
  const search::Synonyms* synonyms = nullptr;  // borrowed; null: the built-in list
};

[[nodiscard]] SearchReply SearchMessages(Connection& connection, TermStatistics& statistics,
                                         const MessageSearch& search);

}  // namespace katra::store::sqlite::full_text
