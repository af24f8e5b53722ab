// Memories that a person may want to go through: store/memory_store.h.
#include <algorithm>
#include <map>

#include "store/search/likeness.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/memory_use.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
constexpr int64_t kSoonDays = 7;   // an expiry within this time is soon
constexpr int64_t kKeptDays = 90;  // a kept memory is not shown again for this long

struct Scope {
  PersonaId viewer = 0;
  PersonaId author = 0;  // 0: anybody
  int64_t now = 0;
};

// ?1 viewer, ?2 author or 0, ?3 the first day on which a decision to keep still counts.
#define KATRA_REVIEWED                                                                         \
  " FROM memories m LEFT JOIN memory_use u ON u.memory_id = m.id WHERE m.forgotten_at IS NULL" \
  " AND m.session_only = 0 AND (m.scope = 0 OR m.persona_id = ?1) AND (?2 = 0 OR"              \
  " m.persona_id = ?2) AND ifnull(u.kept_on, -1) < ?3"

class Reviewer {
 public:
  Reviewer(Connection& connection, const Scope& scope) : connection_(connection), scope_(scope) {}

  void AddExpiring() {
    Query query = connection_.Prepare("SELECT m.id" KATRA_REVIEWED
                                      " AND m.expires_at > ?4 AND m.expires_at <= ?5"
                                      " ORDER BY m.expires_at");
    Bind(query);
    query->bind(4, scope_.now);
    query->bind(5, scope_.now + kSoonDays * kDayMs);
    Add(query, ReviewReason::kExpiresSoon);
  }

  void AddSuperseded() {
    Query query = connection_.Prepare("SELECT m.id" KATRA_REVIEWED
                                      " AND m.superseded_by IS NOT NULL ORDER BY m.id");
    Bind(query);
    Add(query, ReviewReason::kSuperseded);
  }

  // Not recalled for that long, and older.
  void AddUnused(int64_t days) {
    Query query = connection_.Prepare("SELECT m.id" KATRA_REVIEWED
                                      " AND m.superseded_by IS NULL AND m.created_at <= ?4"
                                      " AND ifnull(u.recalled_on, -1) <= ?5 ORDER BY m.id");
    Bind(query);
    query->bind(4, scope_.now - days * kDayMs);
    query->bind(5, DayOf(scope_.now) - days);
    Add(query, ReviewReason::kUnused);
  }

  // Of the newest memories: the older one of two that say nearly the same. False: there are more
  // memories than were compared.
  bool AddNearlySame(full_text::TermStatistics& statistics) {
    std::vector<MemoryId> newest;
    Query query = connection_.Prepare(
        "SELECT id FROM memories WHERE forgotten_at IS NULL AND superseded_by IS NULL"
        " AND session_only = 0 AND (scope = 0 OR persona_id = ?1) ORDER BY id DESC LIMIT ?2");
    query.Bind(scope_.viewer, static_cast<int64_t>(kMaxMemoriesCompared) + 1);
    while (query->executeStep()) newest.push_back(query->getColumn(0).getInt64());
    const bool all = newest.size() <= kMaxMemoriesCompared;
    if (!all) newest.pop_back();
    for (const MemoryId id : newest) Compare(id, statistics);
    return all;
  }

  [[nodiscard]] ReviewReply Finish(int limit) {
    ReviewReply reply;
    reply.total = static_cast<int64_t>(order_.size());
    for (const MemoryId id : order_) {
      if (reply.items.size() == static_cast<size_t>(limit)) break;
      auto memory = LoadMemory(connection_, scope_.viewer, id);
      if (!memory) continue;
      ReviewItem item = items_[id];
      item.memory = std::move(*memory);
      Query used = connection_.Prepare("SELECT recalled_on FROM memory_use WHERE memory_id = ?1");
      if (used.Bind(id)->executeStep() && !used->getColumn(0).isNull()) {
        item.recalled_on = FromUnixMillis(used->getColumn(0).getInt64() * kDayMs);
      }
      reply.items.push_back(std::move(item));
    }
    return reply;
  }

 private:
  void Bind(Query& query) {
    query.Bind(scope_.viewer, scope_.author, DayOf(scope_.now) - kKeptDays);
  }

  void Add(Query& query, ReviewReason reason) {
    while (query->executeStep()) Item(query->getColumn(0).getInt64()).reasons.push_back(reason);
  }

  ReviewItem& Item(MemoryId id) {
    const auto [found, is_new] = items_.try_emplace(id);
    if (is_new) order_.push_back(id);
    return found->second;
  }

  bool IsReviewed(MemoryId id) {
    Query query = connection_.Prepare("SELECT 1" KATRA_REVIEWED " AND m.id = ?4");
    Bind(query);
    query->bind(4, id);
    return query->executeStep();
  }

  void Compare(MemoryId id, full_text::TermStatistics& statistics) {
    constexpr int kNearest = 3;
    const auto memory = LoadMemory(connection_, scope_.viewer, id);
    if (!memory) return;
    for (const full_text::SearchHit& hit : full_text::FindNearestMemories(
             connection_, statistics, scope_.viewer, memory->content, id, kNearest)) {
      if (hit.id > id || !IsReviewed(hit.id)) continue;
      const auto other = LoadMemory(connection_, scope_.viewer, hit.id);
      if (!other || search::Likeness(other->content, memory->content) < search::kNearlySame) {
        continue;
      }
      ReviewItem& item = Item(hit.id);
      if (item.like) continue;
      item.like = id;
      item.reasons.push_back(ReviewReason::kNearlySame);
    }
  }

  Connection& connection_;
  const Scope scope_;
  std::vector<MemoryId> order_;
  std::map<MemoryId, ReviewItem> items_;
};

#undef KATRA_REVIEWED

}  // namespace

Result<ReviewReply> SqliteStore::Review(const ReviewRequest& request, const CallContext& context) {
  if (request.unused_days < 1 || request.unused_days > 36'500 || request.limit < 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "unused_days must be from 1 to 36,500, limit 1 or more");
  }
  SettleExpired(context);
  return database_->Read(context, "review", [&](Connection& c) -> Result<ReviewReply> {
    auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(std::move(caller));
    Scope scope{caller->persona, 0, Now()};
    if (!request.author.empty()) {
      auto author = RequirePersona(c, request.author);
      if (!author) return Pass(std::move(author));
      scope.author = author->id;
    }
    Reviewer reviewer(c, scope);
    reviewer.AddExpiring();
    const bool all = reviewer.AddNearlySame(memory_terms_);
    reviewer.AddSuperseded();
    reviewer.AddUnused(request.unused_days);
    ReviewReply reply = reviewer.Finish(request.limit);
    reply.compared_all = all;
    reply.recalls_since = FromUnixMillis(
        c.db()
            .execAndGet("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'recalls_since'")
            .getInt64());
    return reply;
  });
}

Status SqliteStore::KeepMemory(SessionId session, MemoryId id, const CallContext& context) {
  return database_->Write(context, "keeping a memory", [&](Connection& c) -> Status {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    if (!LoadMemory(c, caller->persona, id)) {
      return Fail(ErrorCode::kNotFound,
                  "there is no memory " + std::to_string(id) + ": katra_recall shows the ids");
    }
    Query query = c.Prepare(
        "INSERT INTO memory_use(memory_id, kept_on) VALUES (?1, ?2)"
        " ON CONFLICT DO UPDATE SET kept_on = excluded.kept_on");
    query.Bind(id, DayOf(Now()))->exec();
    return {};
  });
}

}  // namespace katra::store::sqlite
