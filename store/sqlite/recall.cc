// Recall: ranked search of memories, of messages, or of both.
#include <algorithm>
#include <optional>
#include <vector>

#include "core/text.h"
#include "store/sqlite/expiry.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/projects.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"

namespace katra::store::sqlite {
namespace {

// Scores of the two kinds come from different tables, so each is scaled by the best of its kind.
void Scale(std::vector<full_text::SearchHit>* hits) {
  if (hits->empty() || hits->front().score <= 0) return;
  const double best = hits->front().score;
  for (full_text::SearchHit& hit : *hits) hit.score /= best;
}

struct MergedHit {
  full_text::SearchHit hit;
  bool is_message;
};

// Without a query both lists are newest first, and are merged by time.
void ScoreByTime(Connection& connection, const char* sql, std::vector<full_text::SearchHit>* hits) {
  for (full_text::SearchHit& hit : *hits) {
    Query query = connection.Prepare(sql);
    query.Bind(hit.id);
    hit.score = query->executeStep() ? query->getColumn(0).getDouble() : 0;
  }
}

// Who asks, and which records are searched.
struct RecallScope {
  Caller caller;
  std::optional<PersonaId> from;
  std::vector<int64_t> projects;
  int64_t own_project = 0;  // 0: none is preferred
  int limit = 0;            // of each kind
  int offset = 0;           // of each kind
};

Result<RecallScope> ScopeOf(Connection& connection, const RecallRequest& request) {
  auto caller = FindCaller(connection, request.session);
  if (!caller) return Pass(std::move(caller));
  RecallScope scope;
  scope.caller = std::move(*caller);
  if (!request.from.empty()) {
    auto persona = RequirePersona(connection, request.from);
    if (!persona) return Pass(std::move(persona));
    scope.from = persona->id;
  }
  if (!request.project.empty() && request.project != "*") {
    auto found = RequireProjects(connection, request.project);
    if (!found) return Pass(std::move(found));
    scope.projects = std::move(*found);
  }
  if (request.project.empty()) scope.own_project = scope.caller.project;
  const bool both = request.include == RecallInclude::kAll;
  scope.limit = both ? request.offset + request.limit : request.limit;
  scope.offset = both ? 0 : request.offset;
  return scope;
}

// Fills what both kinds of search have in common.
template <typename Search>
Search SearchIn(const RecallScope& scope, const RecallRequest& request,
                const search::Synonyms* synonyms) {
  Search search;
  search.query = request.query;
  search.since = request.since;
  search.until = request.until;
  search.viewer = scope.caller.persona;
  search.from = scope.from;
  search.own_project = scope.own_project;
  search.projects = scope.projects;
  search.limit = scope.limit;
  search.offset = scope.offset;
  search.synonyms = synonyms;
  return search;
}

full_text::SearchReply FindMemories(Connection& connection, full_text::TermStatistics& terms,
                                    const search::Synonyms* synonyms, const RecallScope& scope,
                                    const RecallRequest& request) {
  if (request.include == RecallInclude::kMessages) return {};
  auto search = SearchIn<full_text::MemorySearch>(scope, request, synonyms);
  search.kind = request.kind;
  for (const std::string& tag : request.tags) search.tags.push_back(ToLowerAscii(tag));
  search.scope = request.scope;
  search.include_superseded = request.include_superseded;
  return full_text::SearchMemories(connection, terms, search);
}

full_text::SearchReply FindMessages(Connection& connection, full_text::TermStatistics& terms,
                                    const search::Synonyms* synonyms, const RecallScope& scope,
                                    const RecallRequest& request) {
  // Only memories have a kind, tags or a scope.
  const bool any = !request.kind && request.tags.empty() && !request.scope;
  if (request.include == RecallInclude::kMemories || !any) return {};
  const auto search = SearchIn<full_text::MessageSearch>(scope, request, synonyms);
  return full_text::SearchMessages(connection, terms, search);
}

std::vector<MergedHit> Merge(const full_text::SearchReply& memories,
                             const full_text::SearchReply& messages) {
  std::vector<MergedHit> merged;
  for (const full_text::SearchHit& hit : memories.hits) merged.push_back({hit, false});
  for (const full_text::SearchHit& hit : messages.hits) merged.push_back({hit, true});
  std::stable_sort(merged.begin(), merged.end(), [](const MergedHit& a, const MergedHit& b) {
    return a.hit.score > b.hit.score;
  });
  return merged;
}

// The page of `merged` that was asked for, without memories that have expired at `now`.
std::vector<RecallHit> LoadHits(Connection& connection, const RecallScope& scope,
                                const RecallRequest& request, const std::vector<MergedHit>& merged,
                                WallTime now) {
  const bool ranked = !Trim(request.query).empty();
  const int64_t skipped = request.include == RecallInclude::kAll ? request.offset : 0;
  std::vector<RecallHit> hits;
  for (auto hit = merged.begin() + std::min<int64_t>(skipped, static_cast<int64_t>(merged.size()));
       hit != merged.end() && hits.size() < static_cast<size_t>(request.limit); ++hit) {
    RecallHit shown;
    shown.score = ranked ? hit->hit.score : 0;
    if (hit->is_message) {
      shown.message = LoadMessage(connection, scope.caller.persona, hit->hit.id);
    } else {
      shown.memory = LoadMemory(connection, scope.caller.persona, hit->hit.id);
      if (shown.memory && IsExpired(*shown.memory, now)) continue;
    }
    if (shown.message || shown.memory) hits.push_back(std::move(shown));
  }
  return hits;
}

}  // namespace

Result<RecallReply> SqliteStore::Recall(const RecallRequest& request, const CallContext& context) {
  if (request.limit < 1 || request.limit > 50) {
    return Fail(ErrorCode::kInvalidArgument, "limit must be from 1 to 50");
  }
  if (request.offset < 0 || request.offset > 10'000) {
    return Fail(ErrorCode::kInvalidArgument,
                "recall returns at most 10,000 hits: narrow the query instead of paging further");
  }
  const bool ranked = !Trim(request.query).empty();
  const bool with_messages = ranked && request.include != RecallInclude::kMemories;
  const std::string behind = with_messages ? CatchUpSearch(context) : "";
  const WallTime now = clock_.Now();
  bool expired = false;
  const auto recall = [&](Connection& c) -> Result<RecallReply> {
    expired = HasExpired(c, ToUnixMillis(now));
    const Result<RecallScope> scope = ScopeOf(c, request);
    if (!scope) return tl::unexpected<Error>(scope.error());
    auto memories = FindMemories(c, memory_terms_, synonyms_.get(), *scope, request);
    auto messages = FindMessages(c, message_terms_, synonyms_.get(), *scope, request);

    RecallReply reply;
    reply.project = ProjectIdentity(c, scope->caller.project);
    reply.total = memories.total + messages.total;
    reply.total_is_floor = memories.total_is_floor || messages.total_is_floor;
    reply.note = memories.note.empty() ? messages.note : memories.note;
    if (!behind.empty()) reply.note = behind;
    if (ranked) {
      Scale(&memories.hits);
      Scale(&messages.hits);
    } else {
      ScoreByTime(c, "SELECT created_at FROM memories WHERE id = ?1", &memories.hits);
      ScoreByTime(c, "SELECT said_at FROM messages WHERE id = ?1", &messages.hits);
    }
    reply.hits = LoadHits(c, *scope, request, Merge(memories, messages), now);
    return reply;
  };
  auto reply = database_->Read(context, "recall", recall);
  // Again without them, so that versions which they replaced are found.
  if (reply && expired && SettleExpired(context)) {
    reply = database_->Read(context, "recall", recall);
  }
  if (reply && ranked) {
    for (const RecallHit& hit : reply->hits) {
      if (hit.memory) recalled_.Note(hit.memory->id);
    }
  }
  return reply;
}

bool SqliteStore::SettleExpired(const CallContext& context) {
  constexpr int kBatch = 100;
  CallContext limited = context;
  limited.deadline =
      std::min(context.deadline, std::chrono::steady_clock::now() + std::chrono::seconds(1));
  return database_
      ->Write(limited, "forgetting expired memories",
              [&](Connection& c) -> Status {
                ForgetExpired(c, Now(), kBatch);
                return {};
              })
      .has_value();
}

Result<std::vector<MemoryHit>> SqliteStore::NearestMemories(SessionId session,
                                                            const std::string& content,
                                                            MemoryId except, int limit,
                                                            const CallContext& context) {
  return database_->Read(context, "finding near memories",
                         [&](Connection& c) -> Result<std::vector<MemoryHit>> {
                           auto caller = FindCaller(c, session);
                           if (!caller) return Pass(std::move(caller));
                           std::vector<MemoryHit> near;
                           for (const full_text::SearchHit& hit : full_text::FindNearestMemories(
                                    c, memory_terms_, caller->persona, content, except, limit)) {
                             auto memory = LoadMemory(c, caller->persona, hit.id);
                             if (memory && !IsExpired(*memory, clock_.Now())) {
                               near.push_back(MemoryHit{std::move(*memory), hit.score});
                             }
                           }
                           return near;
                         });
}

}  // namespace katra::store::sqlite
