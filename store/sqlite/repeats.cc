#include "store/sqlite/repeats.h"

#include <algorithm>

#include "core/text.h"

namespace katra::store::sqlite {
namespace {

std::optional<int64_t> TargetOf(Connection& connection, PersonaId persona, const char* kind,
                                const std::string& key) {
  if (key.empty()) return std::nullopt;
  Query query = connection.Prepare(
      "SELECT target_id FROM idempotency WHERE persona_id = ?1 AND kind = ?2 AND key = ?3");
  query.Bind(persona, kind, key);
  if (!query->executeStep()) return std::nullopt;
  return query->getColumn(0).getInt64();
}

tl::unexpected<Error> UsedForAnother(const std::string& key, const std::string& what,
                                     const std::string& difference) {
  return Fail(ErrorCode::kInvalidArgument, "idempotency_key \"" + OneLine(key, 80) +
                                               "\" was used for " + what + ", which " + difference +
                                               ": use a new key for a new one; nothing was stored");
}

std::vector<std::string> Sorted(std::vector<std::string> names) {
  for (std::string& name : names) name = ToLowerAscii(name);
  std::sort(names.begin(), names.end());
  return names;
}

bool IsForgotten(Connection& connection, MemoryId id) {
  Query query = connection.Prepare("SELECT 1 FROM memories WHERE id = ?1 AND forgotten_at IS NULL");
  return !query.Bind(id)->executeStep();
}

// Whether the memory was stored as a new version of `older`. If a version in between was forgotten,
// the chain has been closed over it; the audit table keeps the original link.
bool Superseded(Connection& connection, const Memory& memory, std::optional<MemoryId> older) {
  if (memory.supersedes == older) return true;
  if (!older) return false;
  Query query = connection.Prepare(
      "SELECT 1 FROM audit WHERE memory_id = ?1 AND (action = 'purge'"
      " OR (action = 'supersede' AND reason = ?2))");
  return query.Bind(*older, "by memory " + std::to_string(memory.id))->executeStep();
}

// A repeated "30d" is a little later than the first.
std::string OtherExpiry(std::optional<WallTime> first, std::optional<WallTime> again) {
  if (first.has_value() != again.has_value()) return first ? "expires" : "does not expire";
  if (!first || std::chrono::abs(*first - *again) < std::chrono::hours(24)) return "";
  return "expires at another time";
}

// How a repeated call differs from the first; "" if it does not.
std::string Difference(Connection& connection, const Memory& first,
                       const RememberRequest& request) {
  if (first.content != request.content) return "says something else";
  if (first.reasoning != request.reasoning) return "has another reasoning";
  if (first.scope != request.scope) return std::string("is ") + ToString(first.scope);
  if (first.kind != request.kind) return std::string("is a ") + ToString(first.kind);
  if (UnpackTags(PackTags(request.tags)) != first.tags) return "has other tags";
  if (first.importance != request.importance) return "has another importance";
  if (first.session_only != request.session_only) {
    return first.session_only ? "was for that session only" : "was not for its session only";
  }
  if (std::string other = OtherExpiry(first.expires_at, request.expires_at); !other.empty()) {
    return other;
  }
  if (!Superseded(connection, first, request.supersedes)) return "supersedes another";
  return "";
}

}  // namespace

Result<std::optional<SayReceipt>> FindRepeatedSay(Connection& connection, const Caller& caller,
                                                  const SayRequest& request,
                                                  const std::vector<PersonaRow>& to) {
  const auto id = TargetOf(connection, caller.persona, "message", request.idempotency_key);
  if (!id) return std::optional<SayReceipt>();
  const auto message = LoadMessage(connection, caller.persona, *id);
  if (!message) return Fail(ErrorCode::kInternal, "the first message of this key is missing");
  std::vector<std::string> names;
  for (const PersonaRow& persona : to) names.push_back(persona.name);
  const std::string room = request.room.empty() ? caller.room : request.room;
  std::string difference;
  if (message->body != request.body) {
    difference = "says something else";
  } else if (Sorted(message->to) != Sorted(names)) {
    difference = "is to " + (message->to.empty() ? std::string("all") : Join(message->to, ", "));
  } else if (ToLowerAscii(message->room) != ToLowerAscii(room)) {
    difference = "was said in the room " + message->room;
  } else if (message->corrects != request.corrects) {
    difference = message->corrects ? "corrects #" + std::to_string(*message->corrects)
                                   : "corrects no message";
  } else if (message->reply_to != request.reply_to) {
    difference = message->reply_to ? "replies to #" + std::to_string(*message->reply_to)
                                   : std::string("replies to none");
  }
  if (!difference.empty()) {
    return UsedForAnother(request.idempotency_key, "message #" + std::to_string(*id), difference);
  }
  SayReceipt receipt;
  receipt.id = *id;
  receipt.room = message->room;
  receipt.said_at = message->said_at;
  receipt.repeated = true;
  receipt.direct = !message->to.empty();
  for (const std::string& name : message->to) receipt.recipients.push_back({name, false});
  return std::optional<SayReceipt>(std::move(receipt));
}

Result<std::optional<RememberReceipt>> FindRepeatedRemember(Connection& connection,
                                                            const Caller& caller,
                                                            const RememberRequest& request) {
  const auto id = TargetOf(connection, caller.persona, "memory", request.idempotency_key);
  if (!id) return std::optional<RememberReceipt>();
  const auto first = LoadMemory(connection, caller.persona, *id);
  if (!first) {
    if (!IsForgotten(connection, *id)) {
      return Fail(ErrorCode::kInternal, "the first memory of this key is missing");
    }
    Query free = connection.Prepare(
        "DELETE FROM idempotency WHERE persona_id = ?1 AND kind = 'memory' AND key = ?2");
    free.Bind(caller.persona, request.idempotency_key)->exec();
    return std::optional<RememberReceipt>();
  }
  if (const std::string difference = Difference(connection, *first, request); !difference.empty()) {
    return UsedForAnother(request.idempotency_key, "memory #" + std::to_string(*id), difference);
  }
  return std::optional(RememberReceipt{*id, true, first->created_at, ""});
}

std::optional<RememberReceipt> FindSameWords(Connection& connection, const Caller& caller,
                                             const RememberRequest& request) {
  // The first three conditions are the columns of the index memories_words.
  Query query = connection.Prepare(
      "SELECT m.id, m.created_at, p.name FROM memories m JOIN personas p ON p.id = m.persona_id"
      " WHERE length(trim(m.content, char(9, 10, 13, 32))) = length(?1)"
      " AND substr(trim(m.content, char(9, 10, 13, 32)), 1, 24) = substr(?1, 1, 24)"
      " AND substr(trim(m.content, char(9, 10, 13, 32)), -24) = substr(?1, -24)"
      " AND trim(m.content, char(9, 10, 13, 32)) = ?1"
      " AND m.forgotten_at IS NULL AND m.superseded_by IS NULL AND m.scope = ?2"
      " AND (m.scope = 0 OR m.persona_id = ?3) AND (?4 = '' OR m.reasoning = ?4)"
      " AND (m.session_only = 0 OR (?5 = 1 AND m.session_id = ?6))"
      " AND (m.expires_at IS NULL OR m.expires_at >= nullif(?7, 0)) ORDER BY m.id LIMIT 1");
  query.Bind(std::string(Trim(request.content)), static_cast<int>(request.scope), caller.persona,
             request.reasoning, request.session_only ? 1 : 0, caller.session,
             request.expires_at ? ToUnixMillis(*request.expires_at) : 0);
  if (!query->executeStep()) return std::nullopt;
  return RememberReceipt{query->getColumn(0).getInt64(), true,
                         FromUnixMillis(query->getColumn(1).getInt64()),
                         query->getColumn(2).getString()};
}

}  // namespace katra::store::sqlite
