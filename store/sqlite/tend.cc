// Upkeep in small steps: store/maintenance.h.
#include "store/sqlite/expiry.h"
#include "store/sqlite/retention.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr int kMemories = 50;
constexpr int kMessages = 50;

// The rooms that do not keep messages forever.
std::vector<RoomAge> AgingRooms(Connection& connection, const Retention& retention, int64_t now) {
  std::vector<RoomAge> rooms;
  if (retention.rooms.empty()) return rooms;
  Query query = connection.Prepare("SELECT id, name FROM rooms ORDER BY id");
  while (query->executeStep()) {
    const auto kept = retention.Of(query->getColumn(1).getString());
    if (!kept) continue;
    rooms.push_back({query->getColumn(0).getInt64(),
                     now - std::chrono::duration_cast<std::chrono::milliseconds>(*kept).count()});
  }
  return rooms;
}

// The first room with messages to remove, or room_id 0.
RoomAge FindWork(Connection& connection, const Retention& retention, int64_t now) {
  for (const RoomAge& room : AgingRooms(connection, retention, now)) {
    if (!FindOutdated(connection, room, 1).empty()) return room;
  }
  return {};
}

}  // namespace

Result<TendReceipt> SqliteStore::Tend(const CallContext& context) {
  const int64_t now = Now();
  const Retention retention = retention_ ? retention_() : Retention();
  struct Work {
    bool memories = false;
    RoomAge room;
  };
  const auto found = database_->Read(context, "looking for upkeep", [&](Connection& c) {
    return Result<Work>({HasExpired(c, now) || HasErasable(c, now), FindWork(c, retention, now)});
  });
  if (!found) return tl::unexpected<Error>(found.error());
  TendReceipt receipt;
  if (found->memories) {
    auto kept = database_->Write(context, "forgetting expired memories", [&](Connection& c) {
      receipt.memories_expired = ForgetExpired(c, now, kMemories);
      receipt.memories_erased = EraseExpired(c, now, kMemories);
      return Status();
    });
    if (!kept) return Pass(std::move(kept));
    if (receipt.memories_expired > 0) Ring();
  }
  if (found->room.room_id != 0) {
    auto removed = database_->Write(context, "removing old messages", [&](Connection& c) {
      const std::vector<MessageId> ids = FindOutdated(c, found->room, kMessages);
      RemoveOutdated(c, found->room.room_id, ids);
      receipt.messages_removed = static_cast<int64_t>(ids.size());
      return Status();
    });
    if (!removed) return Pass(std::move(removed));
  }
  receipt.more = receipt.memories_expired + receipt.memories_erased + receipt.messages_removed > 0;
  return receipt;
}

}  // namespace katra::store::sqlite
