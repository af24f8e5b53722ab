// Reads rows as domain values, and does look-ups that several groups of methods share. Everything
// throws SQLite::Exception and runs inside the caller's transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/types.h"

namespace katra::store::sqlite {

// What most methods need to know about the calling session.
struct Caller {
  SessionId session = 0;
  PersonaId persona = 0;
  std::string name;
  int64_t room_id = 0;
  std::string room;
  ProviderTag tag;
  int64_t project = 0;  // 0: none
};

struct PersonaRow {
  PersonaId id = 0;
  std::string name;
  bool guest = false;
  bool retired = false;
};

struct RoomRow {
  int64_t id = 0;
  std::string name;
};

// kNotFound: the session does not exist or has ended.
[[nodiscard]] Result<Caller> FindCaller(Connection& connection, SessionId session);

// By its name, or one that it had before.
[[nodiscard]] std::optional<PersonaRow> FindPersona(Connection& connection,
                                                    const std::string& name);
// kNotFound with near matches; kInvalidArgument for a malformed name.
[[nodiscard]] Result<PersonaRow> RequirePersona(Connection& connection, const std::string& name);

[[nodiscard]] std::optional<RoomRow> FindRoom(Connection& connection, const std::string& name);
// An empty name means the caller's own room. kNotFound with near matches; kInvalidArgument.
[[nodiscard]] Result<RoomRow> RequireRoom(Connection& connection, const Caller& caller,
                                          const std::string& name);
// Creates the room if it is new and `allowed` returns no error. If `allowed` is empty (an import),
// it is created under any name. kInvalidArgument: the name is malformed, or would be read as
// everyone or nobody.
[[nodiscard]] Result<RoomRow> EnsureRoom(Connection& connection, const Caller& caller,
                                         const std::string& name, int64_t now,
                                         const std::function<Status()>& allowed = {});

#define KATRA_SESSION_COLUMNS                                                                  \
  "s.id, s.uuid, s.persona_id, p.name, p.role, s.guest, r.name, s.provider, s.model,"          \
  " s.tag_source, s.client, s.client_version, s.client_session_id, s.working_folder, s.host,"  \
  " s.pid, s.pid_start, s.pid_domain, s.started_at, s.last_active, s.activity, s.activity_at," \
  " ifnull((SELECT identity FROM projects WHERE projects.id = s.project_id), '')"
#define KATRA_SESSION_TABLES \
  " FROM sessions s JOIN personas p ON p.id = s.persona_id JOIN rooms r ON r.id = s.room_id"
// A row that begins with KATRA_SESSION_COLUMNS.
[[nodiscard]] Session ReadSession(SQLite::Statement& row);

// kNotFound: the session does not exist or has ended.
[[nodiscard]] Result<Session> LoadSession(Connection& connection, SessionId id);

// Macros, so that they can be joined with string literals. For rows that begin with
// KATRA_MESSAGE_COLUMNS:
#define KATRA_MESSAGE_COLUMNS                                                                \
  "m.id, r.name, p.name, m.provider, m.model, m.tag_source, m.reply_to, m.said_at, m.body, " \
  "m.direct, ifnull((SELECT identity FROM projects WHERE projects.id = m.project_id), ''), " \
  "m.corrects"
// As a condition on messages m: no later message replaces it.
#define KATRA_NOT_CORRECTED " AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.corrects = m.id)"
[[nodiscard]] Message ReadMessage(Connection& connection, SQLite::Statement& row, bool* direct);

// nullopt: no such message, or not visible to the viewer.
[[nodiscard]] std::optional<Message> LoadMessage(Connection& connection, PersonaId viewer,
                                                 MessageId id);

[[nodiscard]] std::vector<std::string> LoadRecipients(Connection& connection, MessageId id);

// nullopt: no such memory, forgotten, or not visible to the viewer.
[[nodiscard]] std::optional<Memory> LoadMemory(Connection& connection, PersonaId viewer,
                                               MemoryId id);

// Tags as stored: lower case, without duplicates, each followed by a newline.
[[nodiscard]] std::string PackTags(const std::vector<std::string>& tags);
[[nodiscard]] std::vector<std::string> UnpackTags(const std::string& packed);

// --- Validation; each returns kInvalidArgument that says what is allowed ---

[[nodiscard]] Status CheckName(const std::string& name, const char* what);
[[nodiscard]] Status CheckText(const std::string& text, const char* what, size_t max_bytes,
                               bool may_be_empty);
// For messages and memories: refuses text without a visible character.
[[nodiscard]] Status CheckSaysSomething(const std::string& text, const char* what);
// Tags of a memory.
[[nodiscard]] Status CheckTags(const std::vector<std::string>& tags);
[[nodiscard]] Status CheckTag(const ProviderTag& tag);
[[nodiscard]] Status CheckIdempotencyKey(const std::string& key);

}  // namespace katra::store::sqlite
