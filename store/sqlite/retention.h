// Removes messages that are older than their room keeps them. Runs inside the caller's transaction;
// throws SQLite::Exception.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

struct RoomAge {
  int64_t room_id = 0;
  int64_t cutoff = 0;  // Unix milliseconds: messages said before may go
};

// At most `limit` messages of the room that may go, ascending: said before the cutoff, heard by
// everybody they are for, and not the newest of the store, because its number would be given again.
// Retired personas and guests that have left do not hold back a room's messages; a retired persona
// still gets its direct messages when it comes back. Messages that were imported behind younger
// ones stay until those go. Reads only.
[[nodiscard]] std::vector<MessageId> FindOutdated(Connection& connection, const RoomAge& room,
                                                  int limit);

// Removes these messages of one room, and everything that is recorded of them. `ids`: ascending.
void RemoveOutdated(Connection& connection, int64_t room_id, const std::vector<MessageId>& ids);

}  // namespace katra::store::sqlite
