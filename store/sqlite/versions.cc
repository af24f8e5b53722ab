#include "store/sqlite/versions.h"

namespace katra::store::sqlite {

void LeaveChain(Connection& connection, MemoryId id) {
  MemoryId older = 0;
  MemoryId newer = 0;
  {
    Query query = connection.Prepare(
        "SELECT ifnull(supersedes, 0), ifnull(superseded_by, 0) FROM memories WHERE id = ?1");
    query.Bind(id);
    if (!query->executeStep()) return;
    older = query->getColumn(0).getInt64();
    newer = query->getColumn(1).getInt64();
  }
  if (older == 0 && newer == 0) return;
  if (older != 0) {
    Query query = connection.Prepare(
        "UPDATE memories SET superseded_by = nullif(?3, 0) WHERE id = ?1 AND superseded_by = ?2");
    query.Bind(older, id, newer)->exec();
  }
  if (newer != 0) {
    Query query = connection.Prepare(
        "UPDATE memories SET supersedes = nullif(?3, 0) WHERE id = ?1 AND supersedes = ?2");
    query.Bind(newer, id, older)->exec();
  }
  Query query = connection.Prepare(
      "UPDATE memories SET supersedes = NULL, superseded_by = NULL WHERE id = ?1");
  query.Bind(id)->exec();
}

}  // namespace katra::store::sqlite
