// Activities of sessions, and finding live sessions by persona or by the client's own id.
#include <filesystem>

#include "core/text.h"
#include "store/conversations.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {

Status SqliteStore::SetActivity(SessionId session, Activity activity, const CallContext& context) {
  auto changed = database_->Write(
      context, "recording the activity",
      [&](Connection& c) -> Result<bool> {
        const int64_t now = Now();
        Query known = c.Prepare("SELECT activity FROM sessions WHERE id = ?1 AND ended_at IS NULL");
        known.Bind(session);
        if (!known->executeStep()) {
          return Fail(ErrorCode::kNotFound,
                      "session " + std::to_string(session) + " has ended: start a new one");
        }
        const bool differs = known->getColumn(0).getInt() != static_cast<int>(activity);
        Query update = c.Prepare(
            "UPDATE sessions SET activity_at = iif(activity = ?2, activity_at, ?3), activity = ?2,"
            " last_active = ?3 WHERE id = ?1");
        update.Bind(session, static_cast<int>(activity), now)->exec();
        return differs;
      },
      Durability::kRelaxed);
  if (!changed) return Pass(std::move(changed));
  if (*changed) Ring();
  return {};
}

Status SqliteStore::SetClientSession(SessionId session, const std::string& client_session_id,
                                     const CallContext& context) {
  LastConversation last{OneLine(client_session_id, 200), {}, clock_.Now()};
  std::string persona;
  std::string database;
  Status recorded = database_->Write(
      context, "recording the client's session",
      [&](Connection& c) -> Status {
        Query update = c.Prepare(
            "UPDATE sessions SET client_session_id = ?2 WHERE id = ?1 AND ended_at IS NULL");
        update.Bind(session, last.id)->exec();
        Query known = c.Prepare(
            "SELECT p.name, s.client, (SELECT file FROM pragma_database_list WHERE name = 'main')"
            " FROM sessions s JOIN personas p ON p.id = s.persona_id WHERE s.id = ?1");
        known.Bind(session);
        if (known->executeStep()) {
          persona = known->getColumn(0).getString();
          last.client = known->getColumn(1).getString();
          database = known->getColumn(2).getString();
        }
        return {};
      },
      Durability::kRelaxed);
  if (recorded && !database.empty()) {
    // Outlives the session, so that a later one can resume the conversation. Failure is not worth
    // an error.
    static_cast<void>(NoteLastConversation(std::filesystem::path(database).parent_path().string(),
                                           persona, last));
  }
  return recorded;
}

Result<std::vector<Session>> SqliteStore::LiveSessions(const SessionFilter& filter,
                                                       const CallContext& context) {
  return database_->Read(
      context, "looking for sessions", [&](Connection& c) -> Result<std::vector<Session>> {
        constexpr int kHeartbeatColumn = 23;
        Query query =
            c.Prepare("SELECT " KATRA_SESSION_COLUMNS ", s.heartbeat_at" KATRA_SESSION_TABLES
                      " WHERE s.ended_at IS NULL AND (?1 = '' OR p.name_key = ?1)"
                      " AND (?2 = '' OR s.client_session_id = ?2) ORDER BY s.id DESC");
        query.Bind(ToLowerAscii(filter.persona), filter.client_session_id);
        std::vector<Session> found;
        while (query->executeStep()) {
          Session session = ReadSession(*query);
          const WallTime heartbeat = FromUnixMillis(query->getColumn(kHeartbeatColumn).getInt64());
          if (liveness_.IsLive(session.process, heartbeat)) found.push_back(std::move(session));
        }
        return found;
      });
}

}  // namespace katra::store::sqlite
