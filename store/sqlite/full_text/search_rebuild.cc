#include "store/sqlite/full_text/search_rebuild.h"

#include <string>
#include <vector>

#include "store/search/analyzer.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/full_text/message_index.h"
#include "store/sqlite/full_text/word_parts.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr const char* kVersionKey = "search_analyzer";

void RebuildMemories(Connection& connection) {
  connection.Prepare("INSERT INTO memories_fts(memories_fts) VALUES ('delete-all')")->exec();
  Query query =
      connection.Prepare("SELECT id FROM memories WHERE forgotten_at IS NULL ORDER BY id");
  while (query->executeStep()) IndexMemory(connection, query->getColumn(0).getInt64());
}

}  // namespace

bool SearchIndexIsCurrent(Connection& connection) {
  Query query = connection.Prepare("SELECT value FROM meta WHERE key = ?1");
  return query.Bind(kVersionKey)->executeStep() &&
         query->getColumn(0).getString() == std::to_string(search::kAnalyzerVersion);
}

bool EnsureSearchIndex(Connection& connection) {
  if (SearchIndexIsCurrent(connection)) return false;
  RemoveAllWords(connection);
  ForgetIndexedMessages(connection);
  IndexNewMessages(connection);
  RebuildMemories(connection);
  connection.Prepare("INSERT OR REPLACE INTO meta(key, value) VALUES (?1, ?2)")
      .Bind(kVersionKey, std::to_string(search::kAnalyzerVersion))
      ->exec();
  return true;
}

}  // namespace katra::store::sqlite::full_text
