// Sessions: opening, naming, describing and ending them.
#include <sqlite3.h>

#include "core/repository.h"
#include "core/text.h"
#include "store/reserved_names.h"
#include "store/sqlite/claims.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/expiry.h"
#include "store/sqlite/persona_rows.h"
#include "store/sqlite/projects.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

void SetRole(Connection& connection, PersonaId persona, const std::string& role) {
  if (role.empty()) return;
  Query update = connection.Prepare("UPDATE personas SET role = ?2 WHERE id = ?1");
  update.Bind(persona, role)->exec();
}

// Forgets the session_only memories of a session.
void ExpireMemories(Connection& connection, SessionId session, int64_t now) {
  std::vector<MemoryId> expired;
  {
    Query query = connection.Prepare(
        "SELECT id FROM memories"
        " WHERE session_id = ?1 AND session_only = 1 AND forgotten_at IS NULL");
    query.Bind(session);
    while (query->executeStep()) expired.push_back(query->getColumn(0).getInt64());
  }
  Expire(connection, expired, now, "the session ended");
}

// Returns whether the session was live.
bool End(Connection& connection, SessionId session, const std::string& reason, int64_t now) {
  Query end = connection.Prepare(
      "UPDATE sessions SET ended_at = ?2, end_reason = ?3 WHERE id = ?1 AND ended_at IS NULL");
  end.Bind(session, now, reason)->exec();
  if (sqlite3_changes(connection.handle()) == 0) return false;
  ExpireMemories(connection, session, now);
  RetireCursors(connection, session);
  EndClaimsOfSession(connection, session);
  return true;
}

}  // namespace

void SqliteStore::SweepDeadSessions(Connection& connection) {
  std::vector<SessionId> dead;
  {
    Query query = connection.Prepare(
        "SELECT id, pid, pid_start, pid_domain, heartbeat_at FROM sessions WHERE ended_at IS NULL");
    while (query->executeStep()) {
      const ProcessIdentity process{query->getColumn(1).getInt64(), query->getColumn(2).getInt64(),
                                    query->getColumn(3).getString()};
      if (!liveness_.IsLive(process, FromUnixMillis(query->getColumn(4).getInt64()))) {
        dead.push_back(query->getColumn(0).getInt64());
      }
    }
  }
  for (const SessionId id : dead) End(connection, id, "the process is gone", Now());
}

void SqliteStore::EndCopiedSessions(Connection& connection) {
  std::vector<SessionId> live;
  {
    Query query = connection.Prepare("SELECT id FROM sessions WHERE ended_at IS NULL");
    while (query->executeStep()) live.push_back(query->getColumn(0).getInt64());
  }
  for (const SessionId id : live) End(connection, id, "the session belongs to another home", Now());
}

Result<Session> SqliteStore::OpenSession(const SessionStart& start, const CallContext& context) {
  if (!start.persona.empty()) {
    if (auto checked = CheckName(start.persona, "persona"); !checked) {
      return Pass(std::move(checked));
    }
  }
  if (auto checked = CheckText(start.role, "role", kMaxRoleBytes, true); !checked) {
    return Pass(std::move(checked));
  }
  if (auto checked = CheckTag(start.tag); !checked) return Pass(std::move(checked));

  std::string project = start.project;
  if (project.empty() && start.working_folder.starts_with('/')) {
    if (const auto found = FindRepository(start.working_folder)) project = found->identity;
  }
  auto opened =
      database_->Write(context, "opening a session", [&](Connection& c) -> Result<Session> {
        const int64_t now = Now();
        SweepDeadSessions(c);
        PersonaRow persona;
        if (start.persona.empty()) {
          persona = InsertGuest(c, random_, now);
        } else if (auto known = FindPersona(c, start.persona)) {
          persona = *known;
          if (persona.retired && !start.comes_back) return RefuseRetired(persona.name);
          BringBack(c, persona);
        } else {
          if (IsReservedName(start.persona)) return RefuseReservedName(start.persona);
          persona = InsertPersona(c, start.persona, false, now);
        }
        SetRole(c, persona.id, start.role);
        const auto room = EnsureRoom(c, Caller{}, start.room.empty() ? "main" : start.room, now,
                                     RoomQuota(c, persona, now));
        if (!room) return Pass(Result<RoomRow>(room));
        JoinStream(c, persona.id, room->id);

        Query insert = c.Prepare(
            "INSERT INTO sessions(uuid, persona_id, room_id, guest, provider, model, tag_source,"
            " client, client_version, client_session_id, working_folder, host, pid, pid_start,"
            " pid_domain, started_at, last_active, heartbeat_at, project_id)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16,"
            " ?16, nullif(?17, 0))");
        insert.Bind(MakeUuidV7(FromUnixMillis(now), random_), persona.id, room->id,
                    start.persona.empty() ? 1 : 0, start.tag.provider, start.tag.model,
                    static_cast<int>(start.tag.source), OneLine(start.client, 100),
                    OneLine(start.client_version, 100), OneLine(start.client_session_id, 200),
                    OneLine(start.working_folder, 1000), OneLine(start.host, 255),
                    start.process.pid, start.process.start_ticks, start.process.domain, now,
                    EnsureProject(c, project));
        insert->exec();
        const SessionId id = c.db().getLastInsertRowid();
        Caller caller;
        caller.session = id;
        caller.persona = persona.id;
        for (const int64_t stream : {room->id, kInbox}) {
          StoreCursor(c, caller, LoadCursor(c, caller, stream), now);
        }
        return LoadSession(c, id);
      });
  if (opened) Ring();
  return opened;
}

Status SqliteStore::DescribeClient(SessionId session, const std::string& client,
                                   const std::string& version, const CallContext& context) {
  return database_->Write(
      context, "describing the client",
      [&](Connection& c) -> Status {
        Query update = c.Prepare(
            "UPDATE sessions SET client = iif(?2 = '', client, ?2),"
            " client_version = iif(?3 = '', client_version, ?3) WHERE id = ?1");
        update.Bind(session, OneLine(client, 100), OneLine(version, 100))->exec();
        return {};
      },
      Durability::kRelaxed);
}

Result<Session> SqliteStore::Register(SessionId session, const std::string& name,
                                      const std::string& role, const CallContext& context) {
  if (auto checked = CheckName(name, "persona"); !checked) return Pass(std::move(checked));
  if (auto checked = CheckText(role, "role", kMaxRoleBytes, true); !checked) {
    return Pass(std::move(checked));
  }
  auto registered = database_->Write(context, "register", [&](Connection& c) -> Result<Session> {
    auto current = LoadSession(c, session);
    if (!current) return current;
    if (ToLowerAscii(name) == ToLowerAscii(current->persona)) {
      SetRole(c, current->persona_id, role);
      return LoadSession(c, session);
    }
    if (!current->guest) {
      return Fail(ErrorCode::kFailedPrecondition,
                  "this session is " + current->persona +
                      " already and keeps that name: start another session for " + name);
    }
    SweepDeadSessions(c);
    PersonaId persona = current->persona_id;
    if (const auto known = FindPersona(c, name)) {
      Query live =
          c.Prepare("SELECT 1 FROM sessions WHERE persona_id = ?1 AND ended_at IS NULL LIMIT 1");
      live.Bind(known->id);
      if (live->executeStep()) {
        return Fail(ErrorCode::kAlreadyExists,
                    known->name +
                        " is here already in another session, and a live name cannot be "
                        "taken: choose another name (katra_who_is_here lists the names "
                        "in use)");
      }
      persona = known->id;
      BringBack(c, *known);
      // The guest leaves its streams; messages that it said keep its name.
      Query forget_session = c.Prepare("DELETE FROM session_cursors WHERE session_id = ?1");
      forget_session.Bind(session)->exec();
      Query forget_guest = c.Prepare("DELETE FROM persona_cursors WHERE persona_id = ?1");
      forget_guest.Bind(current->persona_id)->exec();
      Query forget_heard = c.Prepare("DELETE FROM hearings WHERE persona_id = ?1");
      forget_heard.Bind(current->persona_id)->exec();
      Query move = c.Prepare("UPDATE sessions SET persona_id = ?2 WHERE id = ?1");
      move.Bind(session, persona)->exec();
      MoveClaimsOfSession(c, session, persona);
    } else {
      if (IsReservedName(name)) return RefuseReservedName(name);
      Query rename = c.Prepare("UPDATE personas SET name = ?2, name_key = ?3 WHERE id = ?1");
      rename.Bind(persona, name, ToLowerAscii(name))->exec();
    }
    Query settle = c.Prepare("UPDATE personas SET guest = 0 WHERE id = ?1");
    settle.Bind(persona)->exec();
    Query named = c.Prepare("UPDATE sessions SET guest = 0 WHERE id = ?1");
    named.Bind(session)->exec();
    SetRole(c, persona, role);
    const auto caller = FindCaller(c, session);
    if (!caller) return Pass(Result<Caller>(caller));
    JoinStream(c, persona, caller->room_id);
    for (const int64_t stream : {caller->room_id, kInbox}) {
      StoreCursor(c, *caller, LoadCursor(c, *caller, stream), Now());
    }
    return LoadSession(c, session);
  });
  if (registered) {
    ForgetSilence();
    Ring();
  }
  return registered;
}

Status SqliteStore::SetProviderTag(SessionId session, const ProviderTag& tag,
                                   const CallContext& context) {
  if (auto checked = CheckTag(tag); !checked) return checked;
  auto set = database_->Write(context, "tagging the session", [&](Connection& c) -> Status {
    Query update = c.Prepare(
        "UPDATE sessions SET provider = ?2, model = ?3, tag_source = ?4"
        " WHERE id = ?1 AND tag_source <= ?4");
    update.Bind(session, tag.provider, tag.model, static_cast<int>(tag.source))->exec();
    return {};
  });
  if (set) Ring();
  return set;
}

Status SqliteStore::EndSession(SessionId session, const std::string& reason,
                               const CallContext& context) {
  auto ended = database_->Write(context, "ending the session", [&](Connection& c) -> Result<bool> {
    recalled_.Store(c, Now());
    return End(c, session, OneLine(reason, 200), Now());
  });
  if (!ended) return Pass(std::move(ended));
  if (*ended) Ring();
  return {};
}

Status SqliteStore::Heartbeat(SessionId session, bool active, const CallContext& context) {
  return database_->Write(
      context, "heartbeat",
      [&](Connection& c) -> Status {
        const int64_t now = Now();
        Query update = c.Prepare(
            "UPDATE sessions SET heartbeat_at = ?2, last_active = iif(?3, ?2, last_active)"
            " WHERE id = ?1");
        update.Bind(session, now, active ? 1 : 0)->exec();
        if (!active) SweepDeadSessions(c);
        recalled_.Store(c, now);
        return {};
      },
      Durability::kRelaxed);
}

Result<Session> SqliteStore::GetSession(SessionId session, const CallContext& context) {
  return database_->Read(context, "looking up the session",
                         [&](Connection& c) { return LoadSession(c, session); });
}

}  // namespace katra::store::sqlite
