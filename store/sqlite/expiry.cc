#include "store/sqlite/expiry.h"

#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/versions.h"

namespace katra::store::sqlite {
namespace {

std::vector<MemoryId> Ids(Connection& connection, const char* sql, int64_t time, int limit) {
  std::vector<MemoryId> ids;
  Query query = connection.Prepare(sql);
  query.Bind(time, limit);
  while (query->executeStep()) ids.push_back(query->getColumn(0).getInt64());
  return ids;
}

}  // namespace

void Expire(Connection& connection, const std::vector<MemoryId>& ids, int64_t now,
            const std::string& reason) {
  for (const MemoryId id : ids) {
    full_text::UnindexMemory(connection, id);
    Query hide = connection.Prepare("UPDATE memories SET forgotten_at = ?2 WHERE id = ?1");
    hide.Bind(id, now)->exec();
    LeaveChain(connection, id);
    Query audit = connection.Prepare(
        "INSERT INTO audit(at, persona_id, action, memory_id, reason)"
        " SELECT ?2, persona_id, 'expire', id, ?3 FROM memories WHERE id = ?1");
    audit.Bind(id, now, reason)->exec();
  }
}

bool HasExpired(Connection& connection, int64_t now) {
  Query query = connection.Prepare(
      "SELECT 1 FROM memories WHERE forgotten_at IS NULL AND expires_at <= ?1 LIMIT 1");
  return query.Bind(now)->executeStep();
}

int ForgetExpired(Connection& connection, int64_t now, int limit) {
  const std::vector<MemoryId> due =
      Ids(connection,
          "SELECT id FROM memories WHERE forgotten_at IS NULL AND expires_at <= ?1 LIMIT ?2", now,
          limit);
  Expire(connection, due, now, "its time had come");
  return static_cast<int>(due.size());
}

namespace {

std::vector<MemoryId> FindErasable(Connection& connection, int64_t now, int limit) {
  return Ids(connection,
             "SELECT id FROM memories WHERE forgotten_at <= ?1 AND expires_at IS NOT NULL"
             " AND id < (SELECT max(id) FROM memories) LIMIT ?2",
             now - kKeptAfterExpiryMs, limit);
}

}  // namespace

bool HasErasable(Connection& connection, int64_t now) {
  return !FindErasable(connection, now, 1).empty();
}

int EraseExpired(Connection& connection, int64_t now, int limit) {
  const std::vector<MemoryId> due = FindErasable(connection, now, limit);
  for (const MemoryId id : due) EraseMemory(connection, id);
  return static_cast<int>(due.size());
}

void EraseMemory(Connection& connection, MemoryId id) {
  for (const char* sql :
       {"UPDATE memories SET superseded_by = NULL WHERE superseded_by = ?1",
        "UPDATE memories SET supersedes = NULL WHERE supersedes = ?1",
        "DELETE FROM idempotency WHERE kind = 'memory' AND target_id = ?1",
        "UPDATE audit SET reason = '' WHERE memory_id = ?1",
        "DELETE FROM memory_use WHERE memory_id = ?1", "DELETE FROM memories WHERE id = ?1"}) {
    Query query = connection.Prepare(sql);
    query.Bind(id)->exec();
  }
}

}  // namespace katra::store::sqlite
