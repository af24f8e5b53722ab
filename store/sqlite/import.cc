// Import of an export, in one transaction: all of it, or an error that names the line. Rows keep
// where they came from, so that importing again, or back into their own store, changes nothing.
#include <map>
#include <nlohmann/json.hpp>

#include "core/json_schema.h"
#include "core/text.h"
#include "schemas/store.gen.h"
#include "store/sqlite/cursors.h"
#include "store/sqlite/memory_index.h"
#include "store/sqlite/message_index.h"
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

  Status Take(const json& record) {
    const std::string& type = record["type"].get_ref<const std::string&>();
    if (type == "persona") return TakePersona(record);
    if (type == "message") return TakeMessage(record);
    if (type == "memory") return TakeMemory(record);
    return {};  // the header
  }

  [[nodiscard]] const ImportReceipt& receipt() const { return receipt_; }

 private:
  static ProviderTag ReadTag(const json& tag) {
    return ProviderTag{
        tag["provider"], tag["model"],
        ParseTagSource(tag["source"].get_ref<const std::string&>()).value_or(TagSource::kUnknown)};
  }

  Result<PersonaId> EnsurePersona(const std::string& name, const std::string& role,
                                  int64_t created_at) {
    if (auto checked = CheckName(name, "persona"); !checked) return Pass(std::move(checked));
    if (auto known = FindPersona(connection_, name)) return known->id;
    Query insert = connection_.Prepare(
        "INSERT INTO personas(name, name_key, role, created_at) VALUES (?1, ?2, ?3, ?4)");
    insert.Bind(name, ToLowerAscii(name), role, created_at)->exec();
    const PersonaId id = connection_.db().getLastInsertRowid();
    JoinStream(connection_, id, kInbox);
    ++receipt_.personas;
    return id;
  }

  Status TakePersona(const json& record) {
    const auto created_at = ParseTime(record["created_at"].get<std::string>(), WallTime());
    if (!created_at) return Pass(Result<WallTime>(created_at));
    if (auto checked = CheckText(record["role"], "role", kMaxRoleBytes, true); !checked) {
      return checked;
    }
    auto id = EnsurePersona(record["name"], record["role"], ToUnixMillis(*created_at));
    if (!id) return Pass(std::move(id));
    return {};
  }

  // The row that `origin` names, when it is here already.
  std::optional<int64_t> Find(const char* kind, const char* own_sql, const json& origin) {
    const std::string store = origin["store"];
    const int64_t id = origin["id"];
    if (store == own_store_) {
      Query own = connection_.Prepare(own_sql);
      own.Bind(id);
      if (own->executeStep()) return id;
    }
    Query query = connection_.Prepare(
        "SELECT target_id FROM imported WHERE kind = ?1 AND source = ?2 AND source_id = ?3");
    query.Bind(kind, store, id);
    if (query->executeStep()) return query->getColumn(0).getInt64();
    return std::nullopt;
  }

  void Remember(const char* kind, const json& origin, int64_t target) {
    Query insert = connection_.Prepare(
        "INSERT INTO imported(kind, source, source_id, target_id) VALUES (?1, ?2, ?3, ?4)");
    insert.Bind(kind, origin["store"].get<std::string>(), origin["id"].get<int64_t>(), target)
        ->exec();
  }

  Status TakeMessage(const json& record) {
    const int64_t file_id = record["id"];
    if (const auto here =
            Find("message", "SELECT 1 FROM messages WHERE id = ?1", record["origin"])) {
      messages_[file_id] = *here;
      ++receipt_.skipped;
      return {};
    }
    const std::string body = record["body"];
    if (auto checked = CheckText(body, "message", kMaxMessageBytes, false); !checked) {
      return checked;
    }
    const auto said_at = ParseTime(record["said_at"].get<std::string>(), WallTime());
    if (!said_at) return Pass(Result<WallTime>(said_at));
    const int64_t millis = ToUnixMillis(*said_at);
    auto speaker = EnsurePersona(record["from"], "", millis);
    if (!speaker) return Pass(std::move(speaker));
    auto room = EnsureRoom(connection_, Caller{}, record["room"], now_);
    if (!room) return Pass(std::move(room));
    const ProviderTag tag = ReadTag(record["tag"]);
    if (auto checked = CheckTag(tag); !checked) return checked;
    const std::vector<std::string> to = record["to"];

    Query insert = connection_.Prepare(
        "INSERT INTO messages(room_id, persona_id, direct, reply_to, provider, model, tag_source,"
        " said_at, body) VALUES (?1, ?2, ?3, nullif(?4, 0), ?5, ?6, ?7, ?8, ?9)");
    const auto reply_to = messages_.find(record.value("reply_to", int64_t{0}));
    insert.Bind(room->id, *speaker, to.empty() ? 0 : 1,
                reply_to == messages_.end() ? int64_t{0} : reply_to->second, tag.provider,
                tag.model, static_cast<int>(tag.source), millis, body);
    insert->exec();
    const MessageId id = connection_.db().getLastInsertRowid();
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

  Status TakeMemory(const json& record) {
    const int64_t file_id = record["id"];
    if (const auto here =
            Find("memory", "SELECT 1 FROM memories WHERE id = ?1", record["origin"])) {
      memories_[file_id] = *here;
      ++receipt_.skipped;
      return {};
    }
    Status checked = CheckText(record["content"], "content", kMaxMemoryBytes, false);
    if (checked) checked = CheckText(record["reasoning"], "reasoning", kMaxMemoryBytes, true);
    const ProviderTag tag = ReadTag(record["tag"]);
    if (checked) checked = CheckTag(tag);
    if (!checked) return checked;
    const auto created_at = ParseTime(record["created_at"].get<std::string>(), WallTime());
    if (!created_at) return Pass(Result<WallTime>(created_at));
    const int64_t millis = ToUnixMillis(*created_at);
    auto author = EnsurePersona(record["author"], "", millis);
    if (!author) return Pass(std::move(author));

    const auto superseded = memories_.find(record.value("supersedes", int64_t{0}));
    const int64_t supersedes = superseded == memories_.end() ? 0 : superseded->second;
    Query insert = connection_.Prepare(
        "INSERT INTO memories(persona_id, scope, kind, importance, supersedes, created_at,"
        " provider, model, tag_source, tags, reasoning, content)"
        " VALUES (?1, ?2, ?3, ?4, nullif(?5, 0), ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    insert.Bind(*author, static_cast<int>(*ParseMemoryScope(record["scope"].get<std::string>())),
                static_cast<int>(*ParseMemoryKind(record["kind"].get<std::string>())),
                record["importance"].get<double>(), supersedes, millis, tag.provider, tag.model,
                static_cast<int>(tag.source), PackTags(record["tags"]),
                record["reasoning"].get<std::string>(), record["content"].get<std::string>());
    insert->exec();
    const MemoryId id = connection_.db().getLastInsertRowid();
    if (supersedes != 0) {
      Query replace = connection_.Prepare(
          "UPDATE memories SET superseded_by = ?2 WHERE id = ?1 AND superseded_by IS NULL");
      replace.Bind(supersedes, id)->exec();
    }
    IndexMemory(connection_, id);
    Remember("memory", record["origin"], id);
    memories_[file_id] = id;
    ++receipt_.memories;
    return {};
  }

  Connection& connection_;
  const int64_t now_;
  std::string own_store_;
  ImportReceipt receipt_;
  std::map<int64_t, MessageId> messages_;  // ids of the file -> ids here
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
  auto imported = database_->Write(context, "import", [&](Connection& c) -> Result<ImportReceipt> {
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
      if (auto taken = importer.Take(*record); !taken) return at_line(taken.error());
    }
    if (number == 0) {
      return Fail(ErrorCode::kInvalidArgument, "there is nothing to import: the file is empty");
    }
    IndexNewMessages(c);
    return importer.receipt();
  });
  if (imported) Ring();
  return imported;
}

}  // namespace katra::store::sqlite
