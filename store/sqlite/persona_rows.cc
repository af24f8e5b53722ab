#include "store/sqlite/persona_rows.h"

#include <cstdio>

#include "core/text.h"
#include "store/sqlite/cursors.h"

namespace katra::store::sqlite {

PersonaRow InsertPersona(Connection& connection, const std::string& name, bool guest, int64_t now) {
  Query insert = connection.Prepare(
      "INSERT INTO personas(name, name_key, guest, created_at) VALUES (?1, ?2, ?3, ?4)");
  insert.Bind(name, ToLowerAscii(name), guest ? 1 : 0, now)->exec();
  PersonaRow persona{connection.db().getLastInsertRowid(), name, guest};
  JoinStream(connection, persona.id, kInbox);
  return persona;
}

PersonaRow InsertGuest(Connection& connection, Random& random, int64_t now) {
  while (true) {
    char name[32];
    std::snprintf(name, sizeof name, "guest-%05x", static_cast<unsigned>(random.Next() & 0xFFFFF));
    if (!FindPersona(connection, name)) return InsertPersona(connection, name, true, now);
  }
}

bool HasOpenSession(Connection& connection, PersonaId persona, SessionId except) {
  Query query = connection.Prepare(
      "SELECT 1 FROM sessions WHERE persona_id = ?1 AND ended_at IS NULL AND id <> ?2 LIMIT 1");
  return query.Bind(persona, except)->executeStep();
}

Result<PersonaRow> RequireIdle(Connection& connection, const std::string& name,
                               const char* change) {
  auto persona = RequirePersona(connection, name);
  if (!persona) return persona;
  if (persona->guest) {
    return Fail(ErrorCode::kFailedPrecondition,
                persona->name + " is a guest, which cannot be " + change +
                    ": guests leave all lists when their session ends");
  }
  if (HasOpenSession(connection, persona->id)) {
    return Fail(ErrorCode::kFailedPrecondition,
                persona->name + " is here in a live session and cannot be " + change +
                    " now: end the session first (`katra stop " + persona->name +
                    "`, or close its client); `katra who` shows it");
  }
  return persona;
}

void AddAlias(Connection& connection, const std::string& name, PersonaId persona) {
  Query insert = connection.Prepare(
      "INSERT OR REPLACE INTO persona_aliases(name_key, name, persona_id) VALUES (?1, ?2, ?3)");
  insert.Bind(ToLowerAscii(name), name, persona)->exec();
}

void RenameUsage(Connection& connection, const std::string& from, const std::string& to) {
  Query update = connection.Prepare("UPDATE answers SET persona = ?2 WHERE lower(persona) = ?1");
  update.Bind(ToLowerAscii(from), to)->exec();
}

void BringBack(Connection& connection, const PersonaRow& persona) {
  if (!persona.retired) return;
  Query update = connection.Prepare("UPDATE personas SET retired_at = NULL WHERE id = ?1");
  update.Bind(persona.id)->exec();
  RejoinRooms(connection, persona.id);
}

tl::unexpected<Error> RefuseRetired(const std::string& name) {
  return Fail(ErrorCode::kFailedPrecondition, name + " is retired: `katra persona return " + name +
                                                  "` brings it back, as starting its agent does");
}

}  // namespace katra::store::sqlite
