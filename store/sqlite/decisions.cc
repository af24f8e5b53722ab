// Reads which models were chosen for requests, and why. store/sqlite/usage.cc writes the records.
#include "store/sqlite/decisions.h"

#include <algorithm>
#include <limits>

#include "core/json_text.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr size_t kMaxText = 200;
constexpr size_t kMostAttempts = 16;
constexpr int kMostRecords = 10'000;

#define KATRA_RECORD_COLUMNS                                                                \
  "SELECT id, at, request_id, upstream_id, endpoint, persona, client_session_id, agent_id," \
  " requested_model, provider, key_name, model, status, error, attempts, streamed,"         \
  " input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd_micros,"   \
  " first_byte_ms, duration_ms, rule, route, matcher, score, asked_model, reason, tried,"   \
  " estimated_tokens, continued FROM answers"

#define KATRA_RECORDS_WHERE                                          \
  KATRA_RECORD_COLUMNS                                               \
  " WHERE at >= ?1 AND id > ?2 AND (?3 = '' OR lower(persona) = ?3)" \
  " AND (?4 = 0 OR route = ?5)"                                      \
  " AND (CASE ?6 WHEN '' THEN endpoint <> 'count_tokens'"            \
  " ELSE request_id = ?6 OR upstream_id = ?6 END)"                   \
  " AND (?7 = '' OR client_session_id = ?7) "

// Reads a row of KATRA_RECORD_COLUMNS column by column.
class RecordReader {
 public:
  explicit RecordReader(SQLite::Statement& row) : row_(row) {}

  UsageRecord Read() {
    UsageRecord record;
    record.id = Number();
    record.at = FromUnixMillis(Number());
    for (std::string* text :
         {&record.request_id, &record.upstream_id, &record.endpoint, &record.persona,
          &record.client_session_id, &record.agent_id, &record.requested_model, &record.provider,
          &record.key_name, &record.model}) {
      *text = Text();
    }
    record.status = static_cast<int>(Number());
    record.error = Text();
    record.attempts = static_cast<int>(Number());
    record.streamed = Number() != 0;
    record.input_tokens = Number();
    record.output_tokens = Number();
    record.cache_read_tokens = Number();
    record.cache_told = record.cache_read_tokens >= 0;
    record.cache_read_tokens = std::max<int64_t>(record.cache_read_tokens, 0);
    record.cache_write_tokens = Number();
    record.cost_usd_micros = OptionalNumber();
    record.first_byte_ms = OptionalNumber();
    record.duration_ms = Number();
    record.rule = Text();
    record.route = Text();
    record.matcher = Text();
    if (const auto score = row_.getColumn(next_++); !score.isNull()) {
      record.score = score.getDouble();
    }
    record.asked_model = Text();
    record.reason = Text();
    record.tried = ReadAttempts(Text());
    record.estimated_tokens = OptionalNumber();
    if (const auto continued = OptionalNumber()) record.continued = *continued != 0;
    return record;
  }

 private:
  int64_t Number() { return row_.getColumn(next_++).getInt64(); }
  std::string Text() { return row_.getColumn(next_++).getString(); }
  std::optional<int64_t> OptionalNumber() {
    const auto column = row_.getColumn(next_++);
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
  }

  SQLite::Statement& row_;
  int next_ = 0;
};

}  // namespace

std::string AttemptsJson(const std::vector<UsageAttempt>& tried) {
  if (tried.empty()) return {};
  std::string json;
  JsonWriter writer(json);
  writer.BeginArray();
  for (size_t i = 0; i < std::min(tried.size(), kMostAttempts); ++i) {
    const UsageAttempt& one = tried[i];
    writer.BeginObject().Key("provider").String(OneLine(one.provider, kMaxText));
    writer.Key("model").String(OneLine(one.model, kMaxText));
    writer.Key("reason").String(OneLine(one.reason, kMaxText));
    writer.Key("status").Integer(one.status);
    writer.Key("error").String(OneLine(one.error, kMaxText));
    writer.Key("ms").Integer(one.duration_ms).EndObject();
  }
  writer.EndArray();
  return json;
}

std::vector<UsageAttempt> ReadAttempts(std::string_view json) {
  std::vector<UsageAttempt> tried;
  JsonDocument document;
  if (json.empty() || !document.Parse(json)) return tried;
  for (const JsonView one : document.Root()) {
    if (!one.IsObject() || tried.size() >= kMostAttempts) continue;
    tried.push_back({one["provider"].Text(), one["model"].Text(), one["reason"].Text(),
                     static_cast<int>(one["status"].Integer().value_or(0)), one["error"].Text(),
                     one["ms"].Integer().value_or(0)});
  }
  return tried;
}

Result<std::vector<UsageRecord>> SqliteStore::LatestUsage(const UsageFilter& filter,
                                                          const CallContext& context) {
  return database_->Read(
      context, "looking up decisions", [&](Connection& c) -> Result<std::vector<UsageRecord>> {
        Query query =
            c.Prepare(filter.by_id ? KATRA_RECORDS_WHERE "ORDER BY id LIMIT ?8"
                                   : KATRA_RECORDS_WHERE "ORDER BY at DESC, id DESC LIMIT ?8");
        query.Bind(ToUnixMillis(filter.since), filter.after_id, ToLowerAscii(filter.persona),
                   filter.route ? 1 : 0, filter.route.value_or(""), filter.request_id,
                   filter.client_session_id, std::clamp(filter.limit, 0, kMostRecords));
        std::vector<UsageRecord> found;
        while (query->executeStep()) found.push_back(RecordReader(*query).Read());
        return found;
      });
}

}  // namespace katra::store::sqlite
