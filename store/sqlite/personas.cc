// Personas as a person manages them: store/persona_store.h.
#include "core/text.h"
#include "store/reserved_names.h"
#include "store/sqlite/claims.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/persona_rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

int64_t CountOf(Connection& connection, const char* sql, PersonaId persona) {
  Query query = connection.Prepare(sql);
  query.Bind(persona)->executeStep();
  return query->getColumn(0).getInt64();
}

std::optional<WallTime> TimeIn(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return FromUnixMillis(column.getInt64());
}

PersonaProfile LoadProfile(Connection& connection, const PersonaRow& row) {
  PersonaProfile profile;
  profile.guest = row.guest;
  profile.persona.id = row.id;
  profile.persona.name = row.name;
  {
    Query query =
        connection.Prepare("SELECT role, created_at, retired_at FROM personas WHERE id = ?1");
    query.Bind(row.id)->executeStep();
    profile.persona.role = query->getColumn(0).getString();
    profile.persona.created_at = FromUnixMillis(query->getColumn(1).getInt64());
    profile.persona.retired_at = TimeIn(query->getColumn(2));
  }
  {
    Query query = connection.Prepare(
        "SELECT name FROM persona_aliases WHERE persona_id = ?1 ORDER BY name_key");
    query.Bind(row.id);
    while (query->executeStep()) {
      profile.earlier_names.push_back(query->getColumn(0).getString());
    }
  }
  {
    Query query = connection.Prepare(
        "SELECT last_active FROM sessions WHERE persona_id = ?1 ORDER BY id DESC LIMIT 1");
    if (query.Bind(row.id)->executeStep()) profile.last_active = TimeIn(query->getColumn(0));
  }
  profile.messages =
      CountOf(connection, "SELECT count(*) FROM messages WHERE persona_id = ?1", row.id);
  profile.memories = CountOf(
      connection, "SELECT count(*) FROM memories WHERE persona_id = ?1 AND forgotten_at IS NULL",
      row.id);
  return profile;
}

void Retire(Connection& connection, PersonaId persona, int64_t now) {
  Query update = connection.Prepare(
      "UPDATE personas SET retired_at = ?2 WHERE id = ?1 AND retired_at IS NULL");
  update.Bind(persona, now)->exec();
  EndClaimsOfPersona(connection, persona);
}

}  // namespace

Result<PersonaProfile> SqliteStore::ShowPersona(const std::string& name,
                                                const CallContext& context) {
  return database_->Read(
      context, "looking up the persona", [&](Connection& c) -> Result<PersonaProfile> {
        auto row = RequirePersona(c, name);
        if (!row) return Pass(std::move(row));
        PersonaProfile profile = LoadProfile(c, *row);
        Query query = c.Prepare(
            "SELECT pid, pid_start, pid_domain, heartbeat_at FROM sessions"
            " WHERE persona_id = ?1 AND ended_at IS NULL");
        query.Bind(row->id);
        while (query->executeStep()) {
          const ProcessIdentity process{query->getColumn(0).getInt64(),
                                        query->getColumn(1).getInt64(),
                                        query->getColumn(2).getString()};
          profile.persona.live |=
              liveness_.IsLive(process, FromUnixMillis(query->getColumn(3).getInt64()));
        }
        return profile;
      });
}

Status SqliteStore::RetirePersona(const std::string& name, const CallContext& context) {
  auto retired = database_->Write(context, "retiring a persona", [&](Connection& c) -> Status {
    SweepDeadSessions(c);
    auto persona = RequireIdle(c, name, "retired");
    if (!persona) return Pass(std::move(persona));
    Retire(c, persona->id, Now());
    return {};
  });
  if (retired) Ring();
  return retired;
}

Result<Session> SqliteStore::RetireOwnPersona(SessionId session, const std::string& name,
                                              const CallContext& context) {
  auto retired = database_->Write(context, "retiring", [&](Connection& c) -> Result<Session> {
    const auto caller = FindCaller(c, session);
    if (!caller) return Pass(Result<Caller>(caller));
    const auto own = FindPersona(c, caller->name);
    if (!own || own->guest) {
      return Fail(ErrorCode::kFailedPrecondition,
                  "this session is the guest " + caller->name +
                      ", which leaves all lists when it ends: there is nothing to retire");
    }
    const auto named = FindPersona(c, name);
    if (!named || named->id != own->id) {
      return Fail(ErrorCode::kInvalidArgument,
                  "only your own persona can be retired: give its name, " + own->name);
    }
    SweepDeadSessions(c);
    if (HasOpenSession(c, own->id, session)) {
      return Fail(ErrorCode::kFailedPrecondition,
                  own->name + " has another live session, which must end first");
    }
    const int64_t now = Now();
    RetireCursors(c, session);
    const PersonaRow guest = InsertGuest(c, random_, now);
    Query move = c.Prepare("UPDATE sessions SET persona_id = ?2, guest = 1 WHERE id = ?1");
    move.Bind(session, guest.id)->exec();
    Retire(c, own->id, now);
    Caller self = *caller;
    self.persona = guest.id;
    for (const int64_t stream : {self.room_id, kInbox}) {
      JoinAtEnd(c, guest.id, stream);
      StoreCursor(c, self, LoadCursor(c, self, stream), now);
    }
    return LoadSession(c, session);
  });
  if (retired) {
    ForgetSilence();
    Ring();
  }
  return retired;
}

Status SqliteStore::BringPersonaBack(const std::string& name, const CallContext& context) {
  auto back = database_->Write(context, "bringing a persona back", [&](Connection& c) -> Status {
    auto persona = RequirePersona(c, name);
    if (!persona) return Pass(std::move(persona));
    BringBack(c, *persona);
    return {};
  });
  if (back) Ring();
  return back;
}

Status SqliteStore::RenamePersona(const std::string& from, const std::string& to,
                                  const CallContext& context) {
  if (auto checked = CheckName(to, "persona"); !checked) return checked;
  auto renamed = database_->Write(context, "renaming a persona", [&](Connection& c) -> Status {
    SweepDeadSessions(c);
    auto persona = RequireIdle(c, from, "renamed");
    if (!persona) return Pass(std::move(persona));
    if (IsReservedName(to)) return RefuseReservedName(to);
    if (const auto other = FindPersona(c, to); other && other->id != persona->id) {
      return Fail(
          ErrorCode::kAlreadyExists,
          "the name " + to + " belongs to " +
              (ToLowerAscii(to) == ToLowerAscii(other->name) ? "another persona" : other->name) +
              ": choose another, or make both one with `katra persona merge " + persona->name +
              " " + other->name + "`");
    }
    Query update = c.Prepare("UPDATE personas SET name = ?2, name_key = ?3 WHERE id = ?1");
    update.Bind(persona->id, to, ToLowerAscii(to))->exec();
    AddAlias(c, persona->name, persona->id);
    Query own = c.Prepare("DELETE FROM persona_aliases WHERE name_key = ?1");
    own.Bind(ToLowerAscii(to))->exec();
    RenameUsage(c, persona->name, to);
    return {};
  });
  if (renamed) Ring();
  return renamed;
}

}  // namespace katra::store::sqlite
