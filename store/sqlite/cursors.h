// The positions of a session and its persona in a stream: a room's messages to everyone (the room's
// id), or the persona's direct messages from all rooms (kInbox). All functions run inside the
// caller's transaction and throw SQLite::Exception.
#pragma once

#include "store/sqlite/rows.h"

namespace katra::store::sqlite {

inline constexpr int64_t kInbox = 0;

struct Cursor {
  int64_t stream = kInbox;
  MessageId acked = 0;
  MessageId delivered = 0;
  MessageId session_redeliver = 0;  // up to here delivered to this session, then revoked
  MessageId persona_redeliver = 0;  // up to here delivered to an ended session of the persona
  MessageId persona_acked = 0;
  MessageId history_through = 0;
  // Delivered as a digest and not yet acknowledged: skip_after < id <= skip_through.
  MessageId skip_after = 0;
  MessageId skip_through = 0;
  bool newcomer = false;  // the persona has received and acknowledged nothing here
  bool stored = false;    // both rows exist

  // Whether this message was delivered before but never acknowledged.
  [[nodiscard]] bool WasGiven(MessageId id) const {
    return id <= session_redeliver || (id <= persona_redeliver && id > persona_acked);
  }
};

// The session's cursor, or the one that it would start with. Changes nothing.
[[nodiscard]] Cursor LoadCursor(Connection& connection, const Caller& caller, int64_t stream);

// Stores the session's cursor, and advances the persona's if it is behind; records that this
// happened at `now`.
void StoreCursor(Connection& connection, const Caller& caller, const Cursor& cursor, int64_t now);

// Adds the persona to the stream, unless it takes part already.
void JoinStream(Connection& connection, PersonaId persona, int64_t stream);

// Puts a persona that comes back where a newcomer starts in each of its rooms, unless it was
// further already. Its inbox is unchanged.
void RejoinRooms(Connection& connection, PersonaId persona);

// Moves a persona past everything in the stream.
void JoinAtEnd(Connection& connection, PersonaId persona, int64_t stream);

// The newest message in the stream, by anyone; 0 if there is none.
[[nodiscard]] MessageId NewestInStream(Connection& connection, PersonaId persona, int64_t stream);

// The number of messages by others after `after` that the persona has yet to hear, counted up to
// `limit`. Imported messages count only as history from before the persona came.
[[nodiscard]] int64_t CountAfter(Connection& connection, PersonaId persona, const Cursor& cursor,
                                 MessageId after, int64_t limit);

// After an import of messages with ids from `first` on: advances the positions that were at the end
// of their stream past them, so that hearing does not read them again and again.
void PassOverImported(Connection& connection, MessageId first);

// Removes the cursors of an ended session, and records for its persona what had been delivered.
void RetireCursors(Connection& connection, SessionId session);

}  // namespace katra::store::sqlite
