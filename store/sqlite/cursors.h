// Where a session and its persona stand in a stream: a room's messages to all (the room's id), or
// the persona's direct messages from all rooms (kInbox). All functions run inside the caller's
// transaction and throw SQLite::Exception.
#pragma once

#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

inline constexpr int64_t kInbox = 0;

struct Cursor {
  int64_t stream = kInbox;
  MessageId acked = 0;
  MessageId delivered = 0;
  MessageId session_redeliver = 0;  // given to this session before, and taken back
  MessageId persona_redeliver = 0;  // given to an ended session of the persona
  MessageId persona_acked = 0;
  MessageId history_through = 0;
  bool newcomer = false;  // the persona has acknowledged nothing here, and was given nothing
  bool stored = false;    // both rows exist

  // The persona was given this message before, and never acknowledged it.
  [[nodiscard]] bool WasGiven(MessageId id) const {
    return id <= session_redeliver || (id <= persona_redeliver && id > persona_acked);
  }
};

// The session's cursor; when it has none yet, the one it would begin with. Changes nothing.
[[nodiscard]] Cursor LoadCursor(Connection& connection, const Caller& caller, int64_t stream);

// Writes the session's cursor, and takes the persona's along when it was further behind.
void StoreCursor(Connection& connection, const Caller& caller, const Cursor& cursor);

// The persona begins to take part in the stream, unless it does already.
void JoinStream(Connection& connection, PersonaId persona, int64_t stream);

// The newest message in the stream, by anyone; 0: none.
[[nodiscard]] MessageId NewestInStream(Connection& connection, PersonaId persona, int64_t stream);

// Messages by others after `after` that the persona has yet to hear, counted up to `limit`: what
// was imported counts only as history of before it came.
[[nodiscard]] int64_t CountAfter(Connection& connection, PersonaId persona, const Cursor& cursor,
                                 MessageId after, int64_t limit);

// After an import of messages from `first` on: whoever had heard everything has passed them, so
// that hearing does not look at them again and again.
void PassOverImported(Connection& connection, MessageId first);

// Removes the cursors of a session that has ended, and remembers for its persona what it was given.
void RetireCursors(Connection& connection, SessionId session);

}  // namespace katra::store::sqlite
