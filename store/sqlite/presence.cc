// Presence: live sessions, and all personas.
#include <algorithm>

#include "core/text.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

// The columns after KATRA_SESSION_COLUMNS in kLiveSessions.
constexpr int kHeartbeatColumn = 23;
constexpr int kRoomColumn = 24;
constexpr int64_t kCountLimit = 1000;  // counting unheard messages stops here

constexpr const char* kLiveSessions =
    "SELECT " KATRA_SESSION_COLUMNS ", s.heartbeat_at, s.room_id" KATRA_SESSION_TABLES
    " WHERE s.ended_at IS NULL ORDER BY s.id";

void CountUnheard(Connection& connection, const Session& session, int64_t room_id,
                  Presence* presence) {
  Caller caller;
  caller.session = session.id;
  caller.persona = session.persona_id;
  for (const int64_t stream : {room_id, kInbox}) {
    const Cursor cursor = LoadCursor(connection, caller, stream);
    presence->unheard +=
        CountAfter(connection, caller.persona, cursor, cursor.delivered, kCountLimit + 1);
  }
  presence->unheard_is_floor = presence->unheard > kCountLimit;
  presence->unheard = std::min(presence->unheard, kCountLimit);
}

void AddClaims(const std::vector<Claim>& claims, Presence* presence) {
  constexpr size_t kMostShown = 5;
  for (const Claim& claim : claims) {
    if (claim.session != presence->session.id) continue;
    ++presence->claims_in_all;
    if (presence->claims.size() < kMostShown) presence->claims.push_back(claim.path.pattern);
  }
}

}  // namespace

Result<std::vector<Presence>> SqliteStore::WhoIsHere(const std::string& room,
                                                     const CallContext& context) {
  return database_->Read(
      context, "who is here", [&](Connection& c) -> Result<std::vector<Presence>> {
        int64_t only_room = 0;
        if (!room.empty()) {
          auto row = RequireRoom(c, Caller{}, room);
          if (!row) return Pass(std::move(row));
          only_room = row->id;
        }
        const std::vector<Claim> claims = LiveClaims(c);
        std::vector<Presence> present;
        Query query = c.Prepare(kLiveSessions);
        while (query->executeStep()) {
          const int64_t room_id = query->getColumn(kRoomColumn).getInt64();
          if (only_room != 0 && room_id != only_room) continue;
          Presence presence;
          presence.session = ReadSession(*query);
          const WallTime heartbeat = FromUnixMillis(query->getColumn(kHeartbeatColumn).getInt64());
          if (!liveness_.IsLive(presence.session.process, heartbeat)) continue;
          CountUnheard(c, presence.session, room_id, &presence);
          AddClaims(claims, &presence);
          present.push_back(std::move(presence));
        }
        return present;
      });
}

Result<std::vector<Persona>> SqliteStore::ListPersonas(const CallContext& context) {
  return database_->Read(
      context, "listing the personas", [&](Connection& c) -> Result<std::vector<Persona>> {
        std::vector<PersonaId> live;
        {
          Query query = c.Prepare(kLiveSessions);
          while (query->executeStep()) {
            const Session session = ReadSession(*query);
            if (liveness_.IsLive(session.process,
                                 FromUnixMillis(query->getColumn(kHeartbeatColumn).getInt64()))) {
              live.push_back(session.persona_id);
            }
          }
        }
        std::vector<Persona> personas;
        Query query = c.Prepare(
            "SELECT id, name, role, created_at, guest, retired_at FROM personas"
            " ORDER BY guest, name_key");
        while (query->executeStep()) {
          Persona persona;
          persona.id = query->getColumn(0).getInt64();
          persona.name = query->getColumn(1).getString();
          persona.role = query->getColumn(2).getString();
          persona.created_at = FromUnixMillis(query->getColumn(3).getInt64());
          persona.live = std::find(live.begin(), live.end(), persona.id) != live.end();
          // Guests whose session has ended never come back: their messages keep the name, but lists
          // omit them.
          if (!persona.live && query->getColumn(4).getInt() != 0) continue;
          if (!query->getColumn(5).isNull()) {
            persona.retired_at = FromUnixMillis(query->getColumn(5).getInt64());
          }
          personas.push_back(std::move(persona));
        }
        return personas;
      });
}

}  // namespace katra::store::sqlite
