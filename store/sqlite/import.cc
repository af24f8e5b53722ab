// Imports an export in one transaction: all of it, or an error that names the line. Everything in
// the file is treated as an unverified claim, see Maintenance::Import. Rows record where they came
// from, so importing again, or back into the original store, changes nothing.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/json_schema.h"
#include "core/text.h"
#include "schemas/store.gen.h"
#include "store/reserved_names.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/projects.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

using nlohmann::json;

class Importer {
 public:
  Importer(Connection& connection, int64_t now) : connection_(connection), now_(now) {
    own_store_ =
        connection.db().execAndGet("SELECT value FROM meta WHERE key = 'store_uuid'").getString();
  }

  Status Take(const json& record, int64_t line) {
    line_ = line;
    const std::string& type = record["type"].get_ref<const std::string&>();
    if (type == "persona") return TakePersona(record);
    if (type == "message") return TakeMessage(record);
    if (type == "memory") return TakeMemory(record);
    return {};  // the header
  }

  // Called after the last record.
  ImportReceipt Finish() {
    if (first_message_ != 0) {
      PassOverImported(connection_, first_message_);
      full_text::IndexNewMessages(connection_);
    }
    return std::move(receipt_);
  }

 private:
  // Provider and model are kept as the file states them, but the source becomes kImported.
  static ProviderTag ReadTag(const json& tag) {
    return ProviderTag{tag["provider"], tag["model"], TagSource::kImported};
  }

  // The record's time, but not later than now.
  Result<int64_t> ReadTime(const json& time) const {
    const auto parsed = ParseTime(time.get<std::string>(), WallTime());
    if (!parsed) return Pass(Result<WallTime>(parsed));
    return std::clamp(ToUnixMillis(*parsed), int64_t{0}, now_);
  }

  Result<PersonaId> EnsurePersona(const std::string& name, const std::string& role,
                                  int64_t created_at) {
    if (auto checked = CheckName(name, "persona"); !checked) return Pass(std::move(checked));
    if (auto known = FindPersona(connection_, name)) return known->id;
    if (IsReservedName(name)) return RefuseReservedName(name);
    Query insert = connection_.Prepare(
        "INSERT INTO personas(name, name_key, role, created_at) VALUES (?1, ?2, ?3, ?4)");
    insert.Bind(name, ToLowerAscii(name), role, created_at)->exec();
    const PersonaId id = connection_.db().getLastInsertRowid();
    JoinStream(connection_, id, kInbox);
    ++receipt_.personas;
    return id;
  }

  // 0: the record names none.
  int64_t ProjectOf(const json& record) {
    return EnsureProject(connection_, record.value("project", ""));
  }

  Status TakePersona(const json& record) {
    const auto created_at = ReadTime(record["created_at"]);
    if (!created_at) return Pass(Result<int64_t>(created_at));
    if (auto checked = CheckText(record["role"], "role", kMaxRoleBytes, true); !checked) {
      return checked;
    }
    const int64_t known = receipt_.personas;
    auto id = EnsurePersona(record["name"], record["role"], *created_at);
    if (!id) return Pass(std::move(id));
    if (receipt_.personas == known) return {};
    if (record.contains("retired_at")) {
      const auto retired_at = ReadTime(record["retired_at"]);
      if (!retired_at) return Pass(Result<int64_t>(retired_at));
      Query retire = connection_.Prepare("UPDATE personas SET retired_at = ?2 WHERE id = ?1");
      retire.Bind(*id, *retired_at)->exec();
    }
    // Only a new persona gets names that nobody has.
    for (const json& name : record.value("earlier_names", json::array())) {
      const std::string earlier = name;
      if (FindPersona(connection_, earlier) || IsReservedName(earlier)) continue;
      Query insert = connection_.Prepare(
          "INSERT INTO persona_aliases(name_key, name, persona_id) VALUES (?1, ?2, ?3)");
      insert.Bind(ToLowerAscii(earlier), earlier, *id)->exec();
    }
    return {};
  }

  // The existing row that `origin` names, if any, and whether the record says the same. `row_sql`
  // selects the text and the author's key of a row by its id.
  struct Known {
    int64_t id = 0;
    bool native = false;
    bool same = false;
  };
  std::optional<Known> Find(const char* kind, const char* row_sql, const json& origin,
                            const std::string& words, const std::string& author) {
    const std::string store = origin["store"];
    const int64_t id = origin["id"];
    const auto look = [&](int64_t row, bool native) -> std::optional<Known> {
      Query query = connection_.Prepare(row_sql);
      query.Bind(row);
      if (!query->executeStep()) return std::nullopt;
      return Known{row, native,
                   query->getColumn(0).getString() == words &&
                       IsNameOf(query->getColumn(1).getString(), author)};
    };
    if (store == own_store_) {
      if (const auto own = look(id, true)) return own;
    }
    Query query = connection_.Prepare(
        "SELECT target_id FROM imported WHERE kind = ?1 AND source = ?2 AND source_id = ?3");
    query.Bind(kind, store, id);
    if (!query->executeStep()) return std::nullopt;
    const int64_t target = query->getColumn(0).getInt64();
    // A memory that was imported before and then erased is not imported again.
    return look(target, false).value_or(Known{target, false, true});
  }

  // Whether `name` is the persona's with this key, or one that it had before.
  bool IsNameOf(const std::string& key, const std::string& name) {
    if (key == ToLowerAscii(name)) return true;
    const auto known = FindPersona(connection_, name);
    return known && ToLowerAscii(known->name) == key;
  }

  // Counts a record that exists already. False: the existing row differs, so the record was
  // refused.
  bool Settle(const char* kind, const Known& known, const json& origin) {
    if (known.same) {
      ++receipt_.skipped;
      return true;
    }
    ++receipt_.refused;
    if (receipt_.refusals.size() < ImportReceipt::kMaxRefusals) {
      const std::string number = std::to_string(origin["id"].get<int64_t>());
      receipt_.refusals.push_back(
          {line_, known.native
                      ? std::string("it claims to be ") + kind + " " + number +
                            " of this store, whose text or author differs"
                      : kind + (" " + number) +
                            " of its store was imported before with another text or author"});
    }
    return false;
  }

  void Remember(const char* kind, const json& origin, int64_t target) {
    Query insert = connection_.Prepare(
        "INSERT INTO imported(kind, source, source_id, target_id) VALUES (?1, ?2, ?3, ?4)");
    insert.Bind(kind, origin["store"].get<std::string>(), origin["id"].get<int64_t>(), target)
        ->exec();
  }

  // The message in this store that the record corrects; 0 if none. A file can only correct messages
  // that were imported from the same store, by the same speaker to the same listeners.
  MessageId Corrected(const json& record, int64_t room, PersonaId speaker) {
    const auto named = messages_.find(record.value("corrects", int64_t{0}));
    if (named == messages_.end()) return 0;
    Query query = connection_.Prepare(
        "SELECT m.direct FROM messages m JOIN imported i ON i.kind = 'message'"
        " AND i.target_id = m.id WHERE m.id = ?1 AND m.session_id IS NULL AND m.room_id = ?2"
        " AND m.persona_id = ?3 AND i.source = ?4"
        " AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.corrects = m.id)");
    query.Bind(named->second, room, speaker, record["origin"]["store"].get<std::string>());
    if (!query->executeStep()) return 0;
    std::vector<std::string> to = record["to"];
    std::vector<std::string> kept = LoadRecipients(connection_, named->second);
    for (std::vector<std::string>* names : {&to, &kept}) {
      for (std::string& name : *names) name = ToLowerAscii(name);
      std::sort(names->begin(), names->end());
    }
    return to == kept ? named->second : 0;
  }

  Status TakeMessage(const json& record) {
    const int64_t file_id = record["id"];
    const std::string body = record["body"];
    if (const auto here = Find("message",
                               "SELECT m.body, p.name_key FROM messages m"
                               " JOIN personas p ON p.id = m.persona_id WHERE m.id = ?1",
                               record["origin"], body, record["from"])) {
      if (Settle("message", *here, record["origin"])) messages_[file_id] = here->id;
      return {};
    }
    if (auto checked = CheckText(body, "message", kMaxMessageBytes, false); !checked) {
      return checked;
    }
    const auto said_at = ReadTime(record["said_at"]);
    if (!said_at) return Pass(Result<int64_t>(said_at));
    const int64_t millis = *said_at;
    auto speaker = EnsurePersona(record["from"], "", millis);
    if (!speaker) return Pass(std::move(speaker));
    auto room = EnsureRoom(connection_, Caller{}, record["room"], now_);
    if (!room) return Pass(std::move(room));
    const ProviderTag tag = ReadTag(record["tag"]);
    if (auto checked = CheckTag(tag); !checked) return checked;
    const std::vector<std::string> to = record["to"];

    Query insert = connection_.Prepare(
        "INSERT INTO messages(room_id, persona_id, direct, reply_to, provider, model, tag_source,"
        " said_at, body, project_id, corrects)"
        " VALUES (?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9, nullif(?10, 0), nullif(?11, 0))");
    const auto reply_to = messages_.find(record.value("reply_to", int64_t{0}));
    insert.Bind(room->id, *speaker, to.empty() ? 0 : 1,
                reply_to == messages_.end() ? int64_t{0} : reply_to->second, tag.provider,
                tag.model, static_cast<int>(tag.source), millis, body, ProjectOf(record),
                Corrected(record, room->id, *speaker));
    insert->exec();
    const MessageId id = connection_.db().getLastInsertRowid();
    if (first_message_ == 0) first_message_ = id;
    for (const std::string& name : to) {
      auto persona = EnsurePersona(name, "", millis);
      if (!persona) return Pass(std::move(persona));
      Query address = connection_.Prepare(
          "INSERT INTO message_recipients(persona_id, message_id) VALUES (?1, ?2)"
          " ON CONFLICT DO NOTHING");
      address.Bind(*persona, id)->exec();
    }
    if (to.empty()) {
      Query count = connection_.Prepare(
          "UPDATE rooms SET messages = messages + 1,"
          " last_said_at = max(ifnull(last_said_at, 0), ?2) WHERE id = ?1");
      count.Bind(room->id, millis)->exec();
    }
    Remember("message", record["origin"], id);
    messages_[file_id] = id;
    ++receipt_.messages;
    return {};
  }

  // The memory in this store that the record replaces; 0 if none. A file can only replace memories
  // that were imported from the same store by the same author, never one that was remembered here.
  MemoryId Superseded(const json& record, PersonaId author) {
    if (!record.contains("supersedes")) return 0;
    const auto named = memories_.find(record["supersedes"].get<int64_t>());
    if (named != memories_.end()) {
      Query query = connection_.Prepare(
          "SELECT 1 FROM memories m JOIN imported i ON i.kind = 'memory' AND i.target_id = m.id"
          " WHERE m.id = ?1 AND m.session_id IS NULL AND m.superseded_by IS NULL"
          " AND m.persona_id = ?2 AND i.source = ?3 AND (m.scope = 1 OR ?4 = 0)");
      query.Bind(named->second, author, record["origin"]["store"].get<std::string>(),
                 record["scope"] == "private" ? 1 : 0);
      if (query->executeStep()) return named->second;
    }
    ++receipt_.unlinked;
    return 0;
  }

  Status TakeMemory(const json& record) {
    const int64_t file_id = record["id"];
    if (const auto here = Find("memory",
                               "SELECT m.content, p.name_key FROM memories m"
                               " JOIN personas p ON p.id = m.persona_id WHERE m.id = ?1",
                               record["origin"], record["content"], record["author"])) {
      if (Settle("memory", *here, record["origin"])) memories_[file_id] = here->id;
      return {};
    }
    Status checked = CheckText(record["content"], "content", kMaxMemoryBytes, false);
    if (checked) checked = CheckText(record["reasoning"], "reasoning", kMaxMemoryBytes, true);
    const ProviderTag tag = ReadTag(record["tag"]);
    if (checked) checked = CheckTag(tag);
    if (!checked) return checked;
    if (auto tags = CheckTags(record["tags"]); !tags) return tags;
    const auto created_at = ReadTime(record["created_at"]);
    if (!created_at) return Pass(Result<int64_t>(created_at));
    const int64_t millis = *created_at;
    int64_t expires_at = 0;
    if (record.contains("expires_at")) {
      const auto time = ParseTime(record["expires_at"].get<std::string>(), WallTime());
      if (!time) return Pass(Result<WallTime>(time));
      expires_at = std::max<int64_t>(ToUnixMillis(*time), 1);
    }
    auto author = EnsurePersona(record["author"], "", millis);
    if (!author) return Pass(std::move(author));

    const int64_t supersedes = Superseded(record, *author);
    Query insert = connection_.Prepare(
        "INSERT INTO memories(persona_id, scope, kind, importance, supersedes, created_at,"
        " provider, model, tag_source, tags, reasoning, content, project_id, expires_at)"
        " VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), ?6, ?7, ?8, ?9, ?10, ?11, ?12, nullif(?13, 0),"
        " nullif(?14, 0))");
    insert.Bind(*author, static_cast<int>(*ParseMemoryScope(record["scope"].get<std::string>())),
                static_cast<int>(*ParseMemoryKind(record["kind"].get<std::string>())),
                record["importance"].get<double>(), supersedes, millis, tag.provider, tag.model,
                static_cast<int>(tag.source), PackTags(record["tags"]),
                record["reasoning"].get<std::string>(), record["content"].get<std::string>(),
                ProjectOf(record), expires_at);
    insert->exec();
    const MemoryId id = connection_.db().getLastInsertRowid();
    if (supersedes != 0) {
      Query replace = connection_.Prepare(
          "UPDATE memories SET superseded_by = ?2 WHERE id = ?1 AND superseded_by IS NULL");
      replace.Bind(supersedes, id)->exec();
    }
    full_text::IndexMemory(connection_, id);
    Remember("memory", record["origin"], id);
    memories_[file_id] = id;
    ++receipt_.memories;
    return {};
  }

  Connection& connection_;
  const int64_t now_;
  std::string own_store_;
  ImportReceipt receipt_;
  int64_t line_ = 0;
  MessageId first_message_ = 0;
  std::map<int64_t, MessageId> messages_;  // ids in the file -> ids in this store
  std::map<int64_t, MemoryId> memories_;
};

Result<std::shared_ptr<const JsonSchema>> RecordSchema() {
  for (const auto& file : schemas::EmbeddedFiles()) {
    if (file.name == "export-v1.json") return JsonSchema::Compile(json::parse(file.text));
  }
  return Fail(ErrorCode::kInternal, "the export schema was not built in");
}

Result<json> ParseRecord(const std::string& line, const JsonSchema& schema) {
  json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (record.is_discarded()) return Fail(ErrorCode::kInvalidArgument, "it is not JSON");
  const auto violations = schema.Validate(record, 1);
  if (!violations.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "it is not a record of a Katra export: " + violations[0].path + " must be " +
                    violations[0].expected);
  }
  return record;
}

}  // namespace

Result<ImportReceipt> SqliteStore::Import(const LineSource& source, const CallContext& context) {
  auto schema = RecordSchema();
  if (!schema) return Pass(std::move(schema));
  // Imported messages wake nobody, so the bell does not ring.
  return database_->Write(context, "import", [&](Connection& c) -> Result<ImportReceipt> {
    Importer importer(c, Now());
    std::string line;
    int64_t number = 0;
    const auto at_line = [&](Error error) {
      error.message =
          "line " + std::to_string(number) + ": " + error.message + ". Nothing was imported";
      return tl::unexpected<Error>(std::move(error));
    };
    while (true) {
      const auto more = source(&line);
      if (!more) return Pass(Result<bool>(more));
      if (!*more) break;
      ++number;
      if (Trim(line).empty()) continue;
      auto record = ParseRecord(line, **schema);
      if (!record) return at_line(record.error());
      if (number == 1 && (*record)["type"] != "katra-export") {
        return at_line(Error{ErrorCode::kInvalidArgument,
                             "the first line must be the header of a Katra export", "", false});
      }
      if (auto taken = importer.Take(*record, number); !taken) return at_line(taken.error());
    }
    if (number == 0) {
      return Fail(ErrorCode::kInvalidArgument, "there is nothing to import: the file is empty");
    }
    return importer.Finish();
  });
}

}  // namespace katra::store::sqlite
