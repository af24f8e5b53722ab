#include "store/sqlite/rows.h"

#include <algorithm>

#include "core/text.h"
#include "core/unicode.h"
#include "store/reserved_names.h"

namespace katra::store::sqlite {
namespace {

std::vector<std::string> AllNames(Connection& connection, const char* sql) {
  std::vector<std::string> names;
  Query query = connection.Prepare(sql);
  while (query->executeStep()) names.push_back(query->getColumn(0).getString());
  return names;
}

std::string Suggest(const std::string& word, const std::vector<std::string>& names) {
  const std::vector<std::string> near = NearestMatches(word, names);
  if (!near.empty()) return "did you mean " + Join(near, ", ") + "?";
  constexpr size_t kMost = 20;
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<int64_t>(std::min(kMost, names.size())));
  std::string list = "there are: " + Join(shown, ", ");
  if (names.size() > kMost) list += " and " + std::to_string(names.size() - kMost) + " more";
  return list;
}

std::string Shown(const std::string& name) { return "\"" + OneLine(name, 80) + "\""; }

}  // namespace

Result<Caller> FindCaller(Connection& connection, SessionId session) {
  Query query = connection.Prepare(
      "SELECT s.persona_id, p.name, s.room_id, r.name, s.provider, s.model, s.tag_source,"
      " ifnull(s.project_id, 0)"
      " FROM sessions s JOIN personas p ON p.id = s.persona_id JOIN rooms r ON r.id = s.room_id"
      " WHERE s.id = ?1 AND s.ended_at IS NULL");
  query.Bind(session);
  if (!query->executeStep()) {
    return Fail(ErrorCode::kNotFound,
                "session " + std::to_string(session) + " has ended: start a new one");
  }
  Caller caller;
  caller.session = session;
  caller.persona = query->getColumn(0).getInt64();
  caller.name = query->getColumn(1).getString();
  caller.room_id = query->getColumn(2).getInt64();
  caller.room = query->getColumn(3).getString();
  caller.tag.provider = query->getColumn(4).getString();
  caller.tag.model = query->getColumn(5).getString();
  caller.tag.source = static_cast<TagSource>(query->getColumn(6).getInt());
  caller.project = query->getColumn(7).getInt64();
  return caller;
}

std::optional<PersonaRow> FindPersona(Connection& connection, const std::string& name) {
  const std::string key = ToLowerAscii(name);
  for (const char* const sql :
       {"SELECT id, name, guest, retired_at IS NOT NULL FROM personas WHERE name_key = ?1",
        "SELECT p.id, p.name, p.guest, p.retired_at IS NOT NULL FROM persona_aliases a"
        " JOIN personas p ON p.id = a.persona_id WHERE a.name_key = ?1"}) {
    Query query = connection.Prepare(sql);
    if (!query.Bind(key)->executeStep()) continue;
    return PersonaRow{query->getColumn(0).getInt64(), query->getColumn(1).getString(),
                      query->getColumn(2).getInt() != 0, query->getColumn(3).getInt() != 0};
  }
  return std::nullopt;
}

Result<PersonaRow> RequirePersona(Connection& connection, const std::string& name) {
  if (auto checked = CheckName(name, "persona"); !checked) return Pass(std::move(checked));
  if (auto persona = FindPersona(connection, name)) return *persona;
  const auto names =
      AllNames(connection,
               "SELECT name FROM personas p WHERE retired_at IS NULL AND (guest = 0 OR EXISTS"
               " (SELECT 1 FROM sessions s WHERE s.persona_id = p.id AND s.ended_at IS NULL))"
               " ORDER BY guest, name_key");
  return Fail(ErrorCode::kNotFound, "there is no persona " + Shown(name) + "; " +
                                        Suggest(name, names) +
                                        " (katra_who_is_here lists who is here)");
}

std::optional<RoomRow> FindRoom(Connection& connection, const std::string& name) {
  Query query = connection.Prepare("SELECT id, name FROM rooms WHERE name_key = ?1");
  query.Bind(ToLowerAscii(name));
  if (!query->executeStep()) return std::nullopt;
  return RoomRow{query->getColumn(0).getInt64(), query->getColumn(1).getString()};
}

Result<RoomRow> RequireRoom(Connection& connection, const Caller& caller, const std::string& name) {
  if (name.empty()) return RoomRow{caller.room_id, caller.room};
  if (auto checked = CheckName(name, "room"); !checked) return Pass(std::move(checked));
  if (auto room = FindRoom(connection, name)) return *room;
  const auto names = AllNames(connection, "SELECT name FROM rooms ORDER BY id");
  return Fail(ErrorCode::kNotFound, "there is no room " + Shown(name) + " yet; " +
                                        Suggest(name, names) +
                                        " (a room is created when somebody says something there)");
}

Result<RoomRow> EnsureRoom(Connection& connection, const Caller& caller, const std::string& name,
                           int64_t now, const std::function<Status()>& allowed) {
  if (name.empty()) return RoomRow{caller.room_id, caller.room};
  if (auto checked = CheckName(name, "room"); !checked) return Pass(std::move(checked));
  if (auto room = FindRoom(connection, name)) return *room;
  if (allowed) {
    if (IsReservedRoom(name)) return RefuseReservedRoom(name);
    if (auto may = allowed(); !may) return Pass(std::move(may));
  }
  Query insert =
      connection.Prepare("INSERT INTO rooms(name, name_key, created_at) VALUES (?1, ?2, ?3)");
  insert.Bind(name, ToLowerAscii(name), now)->exec();
  return RoomRow{connection.db().getLastInsertRowid(), name};
}

Session ReadSession(SQLite::Statement& row) {
  Session session;
  session.id = row.getColumn(0).getInt64();
  session.uuid = row.getColumn(1).getString();
  session.persona_id = row.getColumn(2).getInt64();
  session.persona = row.getColumn(3).getString();
  session.role = row.getColumn(4).getString();
  session.guest = row.getColumn(5).getInt() != 0;
  session.room = row.getColumn(6).getString();
  session.tag.provider = row.getColumn(7).getString();
  session.tag.model = row.getColumn(8).getString();
  session.tag.source = static_cast<TagSource>(row.getColumn(9).getInt());
  session.client = row.getColumn(10).getString();
  session.client_version = row.getColumn(11).getString();
  session.client_session_id = row.getColumn(12).getString();
  session.working_folder = row.getColumn(13).getString();
  session.host = row.getColumn(14).getString();
  session.process.pid = row.getColumn(15).getInt64();
  session.process.start_ticks = row.getColumn(16).getInt64();
  session.process.domain = row.getColumn(17).getString();
  session.started_at = FromUnixMillis(row.getColumn(18).getInt64());
  session.last_active = FromUnixMillis(row.getColumn(19).getInt64());
  session.activity = static_cast<Activity>(row.getColumn(20).getInt());
  session.activity_since = FromUnixMillis(row.getColumn(21).getInt64());
  session.project = row.getColumn(22).getString();
  return session;
}

Result<Session> LoadSession(Connection& connection, SessionId id) {
  Query query = connection.Prepare("SELECT " KATRA_SESSION_COLUMNS KATRA_SESSION_TABLES
                                   " WHERE s.id = ?1 AND s.ended_at IS NULL");
  query.Bind(id);
  if (!query->executeStep()) {
    return Fail(ErrorCode::kNotFound,
                "session " + std::to_string(id) + " has ended: start a new one");
  }
  return ReadSession(*query);
}

std::vector<std::string> LoadRecipients(Connection& connection, MessageId id) {
  std::vector<std::string> names;
  Query query = connection.Prepare(
      "SELECT p.name FROM message_recipients x JOIN personas p ON p.id = x.persona_id"
      " WHERE x.message_id = ?1 ORDER BY p.name_key");
  query.Bind(id);
  while (query->executeStep()) names.push_back(query->getColumn(0).getString());
  return names;
}

Message ReadMessage(Connection& connection, SQLite::Statement& row, bool* direct) {
  Message message;
  message.id = row.getColumn(0).getInt64();
  message.room = row.getColumn(1).getString();
  message.from = row.getColumn(2).getString();
  message.tag.provider = row.getColumn(3).getString();
  message.tag.model = row.getColumn(4).getString();
  message.tag.source = static_cast<TagSource>(row.getColumn(5).getInt());
  if (!row.getColumn(6).isNull()) message.reply_to = row.getColumn(6).getInt64();
  message.said_at = FromUnixMillis(row.getColumn(7).getInt64());
  message.body = row.getColumn(8).getString();
  const bool is_direct = row.getColumn(9).getInt() != 0;
  message.project = row.getColumn(10).getString();
  if (!row.getColumn(11).isNull()) message.corrects = row.getColumn(11).getInt64();
  if (is_direct) message.to = LoadRecipients(connection, message.id);
  if (direct != nullptr) *direct = is_direct;
  return message;
}

std::optional<Message> LoadMessage(Connection& connection, PersonaId viewer, MessageId id) {
  Query query = connection.Prepare(
      "SELECT " KATRA_MESSAGE_COLUMNS
      " FROM messages m JOIN rooms r ON r.id = m.room_id JOIN personas p ON p.id = m.persona_id"
      " WHERE m.id = ?1 AND (m.direct = 0 OR m.persona_id = ?2 OR EXISTS"
      "   (SELECT 1 FROM message_recipients x WHERE x.persona_id = ?2 AND x.message_id = m.id))");
  query.Bind(id, viewer);
  if (!query->executeStep()) return std::nullopt;
  return ReadMessage(connection, *query, nullptr);
}

std::optional<Memory> LoadMemory(Connection& connection, PersonaId viewer, MemoryId id) {
  Query query = connection.Prepare(
      "SELECT m.id, p.name, m.provider, m.model, m.tag_source, m.content, m.reasoning, m.kind,"
      " m.scope, m.tags, m.importance, m.created_at, (SELECT o.id FROM memories o"
      "  WHERE o.id = m.supersedes AND o.forgotten_at IS NULL"
      "  AND (o.scope = 0 OR o.persona_id = ?2)), m.superseded_by, m.session_only,"
      " ifnull((SELECT identity FROM projects WHERE projects.id = m.project_id), ''),"
      " m.expires_at"
      " FROM memories m JOIN personas p ON p.id = m.persona_id"
      " WHERE m.id = ?1 AND m.forgotten_at IS NULL AND (m.scope = 0 OR m.persona_id = ?2)");
  query.Bind(id, viewer);
  if (!query->executeStep()) return std::nullopt;
  Memory memory;
  memory.id = query->getColumn(0).getInt64();
  memory.author = query->getColumn(1).getString();
  memory.tag.provider = query->getColumn(2).getString();
  memory.tag.model = query->getColumn(3).getString();
  memory.tag.source = static_cast<TagSource>(query->getColumn(4).getInt());
  memory.content = query->getColumn(5).getString();
  memory.reasoning = query->getColumn(6).getString();
  memory.kind = static_cast<MemoryKind>(query->getColumn(7).getInt());
  memory.scope = static_cast<MemoryScope>(query->getColumn(8).getInt());
  memory.tags = UnpackTags(query->getColumn(9).getString());
  memory.importance = query->getColumn(10).getDouble();
  memory.created_at = FromUnixMillis(query->getColumn(11).getInt64());
  if (!query->getColumn(12).isNull()) memory.supersedes = query->getColumn(12).getInt64();
  if (!query->getColumn(13).isNull()) memory.superseded_by = query->getColumn(13).getInt64();
  memory.session_only = query->getColumn(14).getInt() != 0;
  memory.project = query->getColumn(15).getString();
  if (!query->getColumn(16).isNull()) {
    memory.expires_at = FromUnixMillis(query->getColumn(16).getInt64());
  }
  return memory;
}

std::string PackTags(const std::vector<std::string>& tags) {
  std::string packed;
  std::vector<std::string> seen;
  for (const std::string& given : tags) {
    std::string tag = ToLowerAscii(Trim(given));
    if (std::find(seen.begin(), seen.end(), tag) != seen.end()) continue;
    packed.append(tag).push_back('\n');
    seen.push_back(std::move(tag));
  }
  return packed;
}

std::vector<std::string> UnpackTags(const std::string& packed) {
  std::vector<std::string> tags = Split(packed, '\n');
  tags.pop_back();  // empty text after the last newline
  return tags;
}

Status CheckName(const std::string& name, const char* what) {
  if (IsName(name)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              Shown(name) + " is not a " + what +
                  " name: use 1 to 64 letters (a-z), digits, _ and -, beginning with a letter or "
                  "a digit");
}

Status CheckText(const std::string& text, const char* what, size_t max_bytes, bool may_be_empty) {
  if (text.empty() && !may_be_empty) {
    return Fail(ErrorCode::kInvalidArgument, std::string("the ") + what + " is empty");
  }
  if (text.size() > max_bytes) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string("the ") + what + " has " + std::to_string(text.size()) +
                    " bytes; the limit is " + std::to_string(max_bytes) +
                    ": shorten it, or split it into several");
  }
  if (text.find('\0') != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string("the ") + what + " has a NUL character: remove it");
  }
  if (!IsValidUtf8(text)) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string("the ") + what + " is not valid UTF-8: send text");
  }
  return {};
}

Status CheckSaysSomething(const std::string& text, const char* what) {
  if (ShowsSomething(text)) return {};
  return Fail(ErrorCode::kInvalidArgument, std::string("the ") + what +
                                               " is empty: it has only blanks or characters that "
                                               "cannot be seen");
}

Status CheckTags(const std::vector<std::string>& tags) {
  if (tags.size() > kMaxTags) {
    return Fail(ErrorCode::kInvalidArgument, "there are " + std::to_string(tags.size()) +
                                                 " tags; the limit is " + std::to_string(kMaxTags));
  }
  for (const std::string& tag : tags) {
    const bool plain = std::none_of(tag.begin(), tag.end(), [](char ch) {
      return static_cast<unsigned char>(ch) < 0x20 || ch == 0x7F || ch == ',';
    });
    if (tag.empty() || tag.size() > kMaxTagBytes || !plain || !IsValidUtf8(tag) ||
        Trim(tag) != tag) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + OneLine(tag, 80) + "\" is not a tag: use 1 to " +
                      std::to_string(kMaxTagBytes) +
                      " bytes on one line, without commas and without spaces around it");
    }
  }
  return {};
}

Status CheckTag(const ProviderTag& tag) {
  constexpr size_t kMost = 128;
  const auto fine = [](const std::string& word) {
    return word.size() <= kMost && std::all_of(word.begin(), word.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    std::string_view("._:/@+~[]-").find(c) != std::string_view::npos;
           });
  };
  if (!fine(tag.provider) || tag.provider.find('/') != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument,
                Shown(tag.provider) +
                    " is not a provider name: use at most 128 letters, digits "
                    "and ._:@+~[]-");
  }
  if (!fine(tag.model)) {
    return Fail(ErrorCode::kInvalidArgument,
                Shown(tag.model) +
                    " is not a model name: use at most 128 letters, digits and "
                    "._:/@+~[]-");
  }
  return {};
}

Status CheckIdempotencyKey(const std::string& key) {
  return CheckText(key, "idempotency_key", 200, true);
}

}  // namespace katra::store::sqlite
