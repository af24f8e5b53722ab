// Remembering, superseding, forgetting, erasing.
#include <sqlite3.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "store/sqlite/expiry.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/repeats.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/versions.h"

namespace katra::store::sqlite {
namespace {

// Before a memory is stored, at most this many that have expired are forgotten.
constexpr int kSettled = 100;

// The memory that a new one replaces. Private memories of others are treated as not existing.
Status CheckSuperseded(Connection& connection, const Caller& caller, MemoryId id,
                       MemoryScope scope) {
  const auto old = LoadMemory(connection, caller.persona, id);
  if (!old) {
    return Fail(ErrorCode::kNotFound, "there is no memory " + std::to_string(id) +
                                          " to supersede: katra_recall shows the ids");
  }
  if (old->scope == MemoryScope::kShared && scope == MemoryScope::kPrivate) {
    return Fail(ErrorCode::kInvalidArgument,
                "a private memory cannot supersede memory " + std::to_string(id) +
                    ", which is shared: the others would lose it. Make the new one shared, or "
                    "leave out supersedes");
  }
  if (old->superseded_by) {
    MemoryId newest = *old->superseded_by;
    while (const auto next = LoadMemory(connection, caller.persona, newest)) {
      if (!next->superseded_by) break;
      newest = *next->superseded_by;
    }
    return Fail(ErrorCode::kFailedPrecondition,
                "memory " + std::to_string(id) + " is already superseded: supersede memory " +
                    std::to_string(newest) + ", the newest version");
  }
  return {};
}

std::vector<std::string> Trimmed(std::vector<std::string> words) {
  for (std::string& word : words) word = std::string(Trim(word));
  return words;
}

void Audit(Connection& connection, int64_t now, PersonaId persona, const char* action, MemoryId id,
           const std::string& reason) {
  Query insert = connection.Prepare(
      "INSERT INTO audit(at, persona_id, action, memory_id, reason)"
      " VALUES (?1, nullif(?2, 0), ?3, ?4, ?5)");
  insert.Bind(now, persona, action, id, reason)->exec();
}

}  // namespace

Result<RememberReceipt> SqliteStore::Remember(const RememberRequest& request,
                                              const CallContext& context) {
  Status checked = CheckText(request.content, "content", kMaxMemoryBytes, false);
  if (checked) checked = CheckText(request.reasoning, "reasoning", kMaxMemoryBytes, true);
  if (checked) checked = CheckSaysSomething(request.content, "content");
  if (checked) checked = CheckTags(Trimmed(request.tags));
  if (checked) checked = CheckIdempotencyKey(request.idempotency_key);
  if (checked && !(request.importance >= 0.0 && request.importance <= 1.0)) {
    checked = Fail(ErrorCode::kInvalidArgument, "importance must be from 0 to 1");
  }
  if (checked && request.expires_at && *request.expires_at <= clock_.Now()) {
    checked = Fail(ErrorCode::kInvalidArgument,
                   "expires (" + FormatRfc3339(*request.expires_at) +
                       ") has passed: give a time in the future, or leave it out");
  }
  if (!checked) return Pass(std::move(checked));

  auto kept = database_->Write(context, "remember", [&](Connection& c) -> Result<RememberReceipt> {
    auto caller = FindCaller(c, request.session);
    if (!caller) return Pass(std::move(caller));
    ForgetExpired(c, Now(), kSettled);
    auto repeated = FindRepeatedRemember(c, *caller, request);
    if (!repeated) return Pass(std::move(repeated));
    if (*repeated) return **repeated;
    if (!request.supersedes && !request.another) {
      if (auto same = FindSameWords(c, *caller, request)) return *same;
    }
    if (request.supersedes) {
      if (auto fine = CheckSuperseded(c, *caller, *request.supersedes, request.scope); !fine) {
        return Pass(std::move(fine));
      }
    }
    const int64_t now = Now();
    if (auto free = quotas_.Memory(c, {caller->persona, caller->name}, now); !free) {
      return Pass(std::move(free));
    }
    Query insert = c.Prepare(
        "INSERT INTO memories(persona_id, session_id, scope, kind, importance, session_only,"
        " supersedes, created_at, provider, model, tag_source, tags, reasoning, content,"
        " project_id, expires_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, nullif(?7, 0), ?8, ?9, ?10, ?11, ?12, ?13, ?14,"
        " nullif(?15, 0), nullif(?16, 0))");
    insert.Bind(caller->persona, caller->session, static_cast<int>(request.scope),
                static_cast<int>(request.kind), request.importance, request.session_only ? 1 : 0,
                request.supersedes.value_or(0), now, caller->tag.provider, caller->tag.model,
                static_cast<int>(caller->tag.source), PackTags(request.tags), request.reasoning,
                request.content, caller->project,
                request.expires_at ? ToUnixMillis(*request.expires_at) : 0);
    insert->exec();
    const MemoryId id = c.db().getLastInsertRowid();
    full_text::IndexMemory(c, id);
    if (request.supersedes) {
      Query replace = c.Prepare("UPDATE memories SET superseded_by = ?2 WHERE id = ?1");
      replace.Bind(*request.supersedes, id)->exec();
      Audit(c, now, caller->persona, "supersede", *request.supersedes,
            "by memory " + std::to_string(id));
    }
    if (!request.idempotency_key.empty()) {
      Query remember = c.Prepare(
          "INSERT INTO idempotency(persona_id, kind, key, target_id) VALUES (?1, 'memory', ?2, "
          "?3)");
      remember.Bind(caller->persona, request.idempotency_key, id)->exec();
    }
    Query active = c.Prepare("UPDATE sessions SET last_active = ?2 WHERE id = ?1");
    active.Bind(caller->session, now)->exec();
    return RememberReceipt{id, false, FromUnixMillis(now), ""};
  });
  if (kept && !kept->repeated) Ring();
  return kept;
}

Result<Memory> SqliteStore::GetMemory(SessionId session, MemoryId id, const CallContext& context) {
  const WallTime now = clock_.Now();
  return database_->Read(context, "reading a memory", [&](Connection& c) -> Result<Memory> {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    auto memory = LoadMemory(c, caller->persona, id);
    if (memory && !IsExpired(*memory, now)) {
      recalled_.Note(id);
      return std::move(*memory);
    }
    return Fail(ErrorCode::kNotFound,
                "there is no memory " + std::to_string(id) + ": katra_recall shows the ids");
  });
}

Result<ForgetReceipt> SqliteStore::Forget(SessionId session, MemoryId id, const std::string& reason,
                                          const CallContext& context) {
  if (auto checked = CheckText(reason, "reason", 1000, true); !checked) {
    return Pass(std::move(checked));
  }
  auto forgotten = database_->Write(context, "forget", [&](Connection& c) -> Result<ForgetReceipt> {
    auto caller = FindCaller(c, session);
    if (!caller) return Pass(std::move(caller));
    bool mine = false;
    bool hidden = false;
    std::string author;
    bool known = false;
    {
      Query query = c.Prepare(
          "SELECT m.persona_id, m.forgotten_at IS NOT NULL, p.name FROM memories m"
          " JOIN personas p ON p.id = m.persona_id"
          " WHERE m.id = ?1 AND (m.scope = 0 OR m.persona_id = ?2)");
      query.Bind(id, caller->persona);
      known = query->executeStep();
      if (known) {
        mine = query->getColumn(0).getInt64() == caller->persona;
        hidden = query->getColumn(1).getInt() != 0;
        author = query->getColumn(2).getString();
      }
    }
    if (!known || (hidden && !mine)) {
      return Fail(ErrorCode::kNotFound,
                  "there is no memory " + std::to_string(id) + ": katra_recall shows the ids");
    }
    if (!mine) {
      return Fail(ErrorCode::kPermissionDenied, "memory " + std::to_string(id) + " is " + author +
                                                    "'s, and only its author may forget it: ask " +
                                                    author +
                                                    ", or supersede it with katra_remember");
    }
    if (hidden) return ForgetReceipt{id, true};
    const int64_t now = Now();
    full_text::UnindexMemory(c, id);
    Query hide = c.Prepare("UPDATE memories SET forgotten_at = ?2 WHERE id = ?1");
    hide.Bind(id, now)->exec();
    LeaveChain(c, id);
    Audit(c, now, caller->persona, "forget", id, reason);
    return ForgetReceipt{id, false};
  });
  if (forgotten && !forgotten->repeated) Ring();
  return forgotten;
}

Status SqliteStore::Purge(MemoryId id, const CallContext& context) {
  auto purged = database_->Write(context, "purge", [&](Connection& c) -> Status {
    bool indexed = false;
    {
      Query query = c.Prepare("SELECT forgotten_at IS NULL FROM memories WHERE id = ?1");
      query.Bind(id);
      if (!query->executeStep()) {
        return Fail(ErrorCode::kNotFound, "there is no memory " + std::to_string(id));
      }
      indexed = query->getColumn(0).getInt() != 0;
    }
    if (indexed) full_text::UnindexMemory(c, id);
    LeaveChain(c, id);
    EraseMemory(c, id);
    Audit(c, Now(), 0, "purge", id, "");
    full_text::ScrubMemoryIndex(c);
    return {};
  });
  if (!purged) return purged;
  Ring();
  // The WAL still holds the text: checkpoint it into the database, whose freed pages are zeroed.
  return database_->Maintain(context, "purge", [](Connection& c) -> Status {
    c.db().exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return {};
  });
}

}  // namespace katra::store::sqlite
