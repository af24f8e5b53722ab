// Records of the gateway: usage, verified tags, stored reasoning.
#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "store/sqlite/decisions.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr size_t kMaxText = 200;
// Limits per answer. KATRA_SUM applies the same limits to older rows.
constexpr int64_t kMaxTokens = 1'000'000'000;
constexpr int64_t kCacheNotTold = -1;  // stored in cache_read_tokens; counted as 0 in sums
constexpr int64_t kMaxCostUsdMicros = 1'000'000'000'000;
constexpr int64_t kKeepReasoningMillis = int64_t{30} * 24 * 3600 * 1000;

// Selects the live sessions of persona ?4 with the client's session id ?3, or all of its live
// sessions if ?3 is empty.
#define KATRA_ANSWERED_SESSIONS                                     \
  " WHERE ended_at IS NULL AND (?3 = '' OR client_session_id = ?3)" \
  " AND persona_id = (SELECT id FROM personas WHERE name_key = ?4)"

int64_t Within(int64_t count, int64_t most) { return std::clamp(count, int64_t{0}, most); }

void InsertAnswer(Connection& c, const UsageRecord& record) {
  const auto tokens = [](int64_t count) { return Within(count, kMaxTokens); };
  Query insert = c.Prepare(
      "INSERT INTO answers(at, request_id, upstream_id, endpoint, persona, client_session_id,"
      " agent_id, requested_model, provider, model, status, error, attempts, streamed,"
      " input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd_micros,"
      " first_byte_ms, duration_ms, key_name, rule, route, matcher, score, asked_model, reason,"
      " tried, estimated_tokens, continued)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
      " nullif(?19, -1), nullif(?20, -1), ?21, ?22, ?23, ?24, ?25, nullif(?26, -1.0), ?27, ?28,"
      " ?29, nullif(?30, -1), nullif(?31, -1))");
  insert.Bind(
      ToUnixMillis(record.at), OneLine(record.request_id, kMaxText),
      OneLine(record.upstream_id, kMaxText), OneLine(record.endpoint, kMaxText),
      OneLine(record.persona, kMaxText), OneLine(record.client_session_id, kMaxText),
      OneLine(record.agent_id, kMaxText), OneLine(record.requested_model, kMaxText),
      OneLine(record.provider, kMaxText), OneLine(record.model, kMaxText), record.status,
      OneLine(record.error, kMaxText), record.attempts, record.streamed ? 1 : 0,
      tokens(record.input_tokens), tokens(record.output_tokens),
      record.cache_told ? tokens(record.cache_read_tokens) : kCacheNotTold,
      tokens(record.cache_write_tokens),
      record.cost_usd_micros ? Within(*record.cost_usd_micros, kMaxCostUsdMicros) : -1,
      record.first_byte_ms.value_or(-1), record.duration_ms, OneLine(record.key_name, kMaxText),
      OneLine(record.rule, kMaxText), OneLine(record.route, kMaxText),
      OneLine(record.matcher, kMaxText), record.score ? std::clamp(*record.score, 0.0, 1.0) : -1.0,
      OneLine(record.asked_model, kMaxText), OneLine(record.reason, kMaxText),
      AttemptsJson(record.tried), record.estimated_tokens ? tokens(*record.estimated_tokens) : -1,
      record.continued ? (*record.continued ? 1 : 0) : -1);
  insert->exec();
}

// Marks the persona's live sessions of that client conversation as verified; all its live ones if
// none has that conversation's id. Returns whether a tag changed.
bool VerifyTag(Connection& c, const UsageRecord& record) {
  Query known = c.Prepare(
      "SELECT 1 FROM sessions s JOIN personas p ON p.id = s.persona_id"
      " WHERE s.ended_at IS NULL AND p.name_key = ?1 AND s.client_session_id = ?2 AND ?2 <> ''"
      " LIMIT 1");
  known.Bind(ToLowerAscii(record.persona), record.client_session_id);
  const bool by_session = known->executeStep();
  known->reset();
  Query differs = c.Prepare("SELECT 1 FROM sessions" KATRA_ANSWERED_SESSIONS
                            " AND (provider <> ?1 OR model <> ?2 OR tag_source <> ?5) LIMIT 1");
  const std::string session = by_session ? record.client_session_id : std::string();
  const std::string provider = OneLine(record.provider, kMaxText);
  const std::string model = OneLine(record.model, kMaxText);
  const int verified = static_cast<int>(TagSource::kVerified);
  differs.Bind(provider, model, session, ToLowerAscii(record.persona), verified);
  const bool changed = differs->executeStep();
  differs->reset();
  Query update = c.Prepare(
      "UPDATE sessions SET provider = ?1, model = ?2, tag_source = ?5,"
      " request_id = ?6" KATRA_ANSWERED_SESSIONS);
  update.Bind(provider, model, session, ToLowerAscii(record.persona), verified,
              OneLine(record.request_id, kMaxText));
  update->exec();
  return changed;
}

// The last record of each session, in their order: it tells which model now answers the session.
std::vector<const UsageRecord*> LastOfEachSession(const std::vector<UsageRecord>& records) {
  std::vector<const UsageRecord*> last;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    if (record->verifies && seen.emplace(record->persona, record->client_session_id).second) {
      last.push_back(&*record);
    }
  }
  std::reverse(last.begin(), last.end());
  return last;
}

// SQLite's sum() of integers fails on overflow; total() does not. Older rows, written before counts
// were limited, may contain anything. The cast saturates at the largest integer.
#define KATRA_SUM(COLUMN, MOST) \
  "cast(total(min(max(coalesce(" COLUMN ", 0), 0), " MOST ")) AS INTEGER)"
#define KATRA_SUM_TOKENS(COLUMN) KATRA_SUM(COLUMN, "1000000000")

// Failures without tokens cost nothing, whatever the model.
#define KATRA_UNPRICED                                            \
  "sum(cost_usd_micros IS NULL AND (error = '' OR input_tokens +" \
  " output_tokens + max(cache_read_tokens, 0) + cache_write_tokens > 0))"

// The columns of a UsageSum after its key.
#define KATRA_SUMS \
  " count(*), sum(error <> ''), " KATRA_SUM_TOKENS("input_tokens") ", " \
  KATRA_SUM_TOKENS("output_tokens") ", " KATRA_SUM_TOKENS("cache_read_tokens") ", " \
  KATRA_SUM_TOKENS("cache_write_tokens") ", " \
  KATRA_SUM("cost_usd_micros", "1000000000000") ", " KATRA_UNPRICED ", " \
  "cast(total(CASE WHEN cache_read_tokens < 0 THEN 0 ELSE"                    \
  " min(max(input_tokens, 0), 1000000000) + min(cache_read_tokens, 1000000000)" \
  " + min(max(cache_write_tokens, 0), 1000000000) END) AS INTEGER), "         \
  "sum(cache_read_tokens < 0 AND error = '')"

#define KATRA_SUM_USAGE_BY(KEY)     \
  "SELECT " KEY " AS k," KATRA_SUMS \
  " FROM answers WHERE at >= ?1 AND endpoint <> 'count_tokens' GROUP BY k ORDER BY k"

#define KATRA_SUM_SPENDING                                                                       \
  "SELECT persona, provider, " KATRA_SUM(                                                        \
      "cost_usd_micros",                                                                         \
      "1000000000000") ", " KATRA_UNPRICED                                                       \
                       " FROM answers WHERE at >= ?1 AND at < ?2 AND endpoint <> 'count_tokens'" \
                       " GROUP BY persona, provider ORDER BY persona, provider"

// Beginning at `column`.
UsageSum ReadSum(SQLite::Statement& row, int column) {
  const auto number = [&](int offset) { return row.getColumn(column + offset).getInt64(); };
  return {row.getColumn(column).getString(),
          number(1),
          number(2),
          number(3),
          number(4),
          number(5),
          number(6),
          number(7),
          number(8),
          number(9),
          number(10)};
}

#define KATRA_ASKED_MODEL \
  "provider || '/' || CASE asked_model WHEN '' THEN model ELSE asked_model END AS k"
#define KATRA_OF_PERSONA                                        \
  " FROM answers WHERE at >= ?1 AND endpoint <> 'count_tokens'" \
  " AND (?2 = '' OR lower(persona) = ?2)"
#define KATRA_SUM_ROUTES(ROUTE)                                               \
  "SELECT " ROUTE " AS r, " KATRA_ASKED_MODEL "," KATRA_SUMS KATRA_OF_PERSONA \
  " GROUP BY r, k ORDER BY r, count(*) DESC, k"
// The nearest rank of percentile P among n values is ceil(n * P / 100).
#define KATRA_PERCENTILES(ROUTE, COLUMN)                                           \
  "SELECT r, k, max(CASE WHEN at_rank = (n * 50 + 99) / 100 THEN v END),"          \
  " max(CASE WHEN at_rank = (n * 95 + 99) / 100 THEN v END) FROM ("                \
  "SELECT r, k, v, row_number() OVER (PARTITION BY r, k ORDER BY v) AS at_rank,"   \
  " count(*) OVER (PARTITION BY r, k) AS n FROM ("                                 \
  "SELECT " ROUTE " AS r, " KATRA_ASKED_MODEL ", " COLUMN " AS v" KATRA_OF_PERSONA \
  " AND error = '' AND " COLUMN " IS NOT NULL)) GROUP BY r, k"

using ByRoute = std::map<std::pair<std::string, std::string>, Percentiles>;

ByRoute ReadPercentiles(Connection& c, const char* sql, int64_t since, const std::string& persona) {
  Query query = c.Prepare(sql);
  query.Bind(since, persona);
  ByRoute found;
  while (query->executeStep()) {
    found[{query->getColumn(0).getString(), query->getColumn(1).getString()}] = {
        query->getColumn(2).getInt64(), query->getColumn(3).getInt64()};
  }
  return found;
}

const char* SumBy(UsageGroup group) {
  switch (group) {
    case UsageGroup::kPersona:
      break;
    case UsageGroup::kProvider:
      return KATRA_SUM_USAGE_BY("provider");
    case UsageGroup::kModel:
      return KATRA_SUM_USAGE_BY("provider || '/' || model");
    case UsageGroup::kDay:
      return KATRA_SUM_USAGE_BY("strftime('%Y-%m-%d', at / 1000, 'unixepoch')");
    case UsageGroup::kKey:
      return KATRA_SUM_USAGE_BY("CASE key_name WHEN '' THEN '(none)' ELSE key_name END");
  }
  return KATRA_SUM_USAGE_BY("persona");
}

}  // namespace

Status SqliteStore::RecordUsage(const std::vector<UsageRecord>& records,
                                const CallContext& context) {
  auto changed = database_->Write(
      context, "recording answers",
      [&](Connection& c) -> Result<bool> {
        for (const UsageRecord& record : records) InsertAnswer(c, record);
        bool any = false;
        for (const UsageRecord* record : LastOfEachSession(records)) {
          any = VerifyTag(c, *record) || any;
        }
        return any;
      },
      Durability::kRelaxed);
  if (!changed) return Pass(std::move(changed));
  if (*changed) Ring();
  return {};
}

Result<std::vector<UsageSum>> SqliteStore::SumUsage(UsageGroup group, WallTime since,
                                                    const CallContext& context) {
  return database_->Read(context, "summing usage",
                         [&](Connection& c) -> Result<std::vector<UsageSum>> {
                           Query query = c.Prepare(SumBy(group));
                           query.Bind(ToUnixMillis(since));
                           std::vector<UsageSum> sums;
                           while (query->executeStep()) sums.push_back(ReadSum(*query, 0));
                           return sums;
                         });
}

Result<std::vector<SpendingSum>> SqliteStore::SumSpending(WallTime since, WallTime until,
                                                          const CallContext& context) {
  return database_->Read(
      context, "summing costs", [&](Connection& c) -> Result<std::vector<SpendingSum>> {
        Query query = c.Prepare(KATRA_SUM_SPENDING);
        query.Bind(ToUnixMillis(since), ToUnixMillis(until));
        std::vector<SpendingSum> sums;
        while (query->executeStep()) {
          sums.push_back({query->getColumn(0).getString(), query->getColumn(1).getString(),
                          query->getColumn(2).getInt64(), query->getColumn(3).getInt64()});
        }
        return sums;
      });
}

Result<std::vector<RouteSum>> SqliteStore::SumRoutes(RouteGroup group, const std::string& persona,
                                                     WallTime since, const CallContext& context) {
  const bool routes = group == RouteGroup::kRouteAndModel;
  return database_->Read(
      context, "summing routes", [&](Connection& c) -> Result<std::vector<RouteSum>> {
        const int64_t from = ToUnixMillis(since);
        const std::string name = ToLowerAscii(persona);
        const ByRoute first_bytes =
            ReadPercentiles(c,
                            routes ? KATRA_PERCENTILES("route", "first_byte_ms")
                                   : KATRA_PERCENTILES("''", "first_byte_ms"),
                            from, name);
        const ByRoute durations = ReadPercentiles(c,
                                                  routes ? KATRA_PERCENTILES("route", "duration_ms")
                                                         : KATRA_PERCENTILES("''", "duration_ms"),
                                                  from, name);
        Query query = c.Prepare(routes ? KATRA_SUM_ROUTES("route") : KATRA_SUM_ROUTES("''"));
        query.Bind(from, name);
        std::vector<RouteSum> sums;
        while (query->executeStep()) {
          RouteSum& one = sums.emplace_back();
          one.route = query->getColumn(0).getString();
          one.sum = ReadSum(*query, 1);
          const auto key = std::make_pair(one.route, one.sum.key);
          if (const auto found = first_bytes.find(key); found != first_bytes.end()) {
            one.first_byte = found->second;
          }
          if (const auto found = durations.find(key); found != durations.end()) {
            one.duration = found->second;
          }
        }
        return sums;
      });
}

Status SqliteStore::KeepReasoning(const std::vector<KeptReasoning>& kept,
                                  const CallContext& context) {
  return database_->Write(
      context, "keeping reasoning",
      [&](Connection& c) -> Status {
        const int64_t now = Now();
        for (const KeptReasoning& entry : kept) {
          Query put = c.Prepare(
              "INSERT INTO kept_reasoning(tool_id, kept, at) VALUES (?1, ?2, ?3)"
              " ON CONFLICT(tool_id) DO UPDATE SET kept = excluded.kept, at = excluded.at");
          put.Bind(entry.tool_id, entry.kept, now)->exec();
        }
        Query old = c.Prepare("DELETE FROM kept_reasoning WHERE at < ?1");
        old.Bind(now - kKeepReasoningMillis)->exec();
        return {};
      },
      Durability::kRelaxed);
}

Result<std::vector<KeptReasoning>> SqliteStore::LatestReasoning(int limit,
                                                                const CallContext& context) {
  return database_->Read(
      context, "looking up reasoning", [&](Connection& c) -> Result<std::vector<KeptReasoning>> {
        Query query =
            c.Prepare("SELECT tool_id, kept FROM kept_reasoning ORDER BY at DESC LIMIT ?1");
        query.Bind(limit);
        std::vector<KeptReasoning> found;
        while (query->executeStep()) {
          found.push_back({query->getColumn(0).getString(), query->getColumn(1).getString()});
        }
        return found;
      });
}

}  // namespace katra::store::sqlite
