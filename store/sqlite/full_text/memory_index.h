// Full-text search of memories: maintains and queries the index. Knows the tables memories,
// personas and memories_fts.
//
// Every function throws SQLite::Exception and runs on the connection's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/search/synonyms.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/search_reply.h"
#include "store/sqlite/full_text/term_statistics.h"
#include "store/types.h"

namespace katra::store::sqlite::full_text {

// Adds a memory to the index. Call it once, in the transaction that inserts its row, after the
// insert.
void IndexMemory(Connection& connection, MemoryId id);

// Removes a memory from the index when it is forgotten or purged, in that transaction, while its
// row still has the indexed text. Call it at most once per memory.
void UnindexMemory(Connection& connection, MemoryId id);

// Rewrites the index so that no byte of removed text remains. Takes time proportional to all
// memories; for purge.
void ScrubMemoryIndex(Connection& connection);

struct MemorySearch {
  PersonaId viewer = 0;
  std::string query;  // blank: the newest
  std::optional<MemoryKind> kind;
  std::vector<std::string> tags;  // lower case; must have all of them
  std::optional<PersonaId> from;  // the author
  std::optional<WallTime> since;  // remembered at or after
  std::optional<WallTime> until;  // remembered before
  std::optional<MemoryScope> scope;
  bool include_superseded = false;
  std::optional<MemoryId> except;
  int64_t own_project = 0;        // whose hits are raised; 0: none
  std::vector<int64_t> projects;  // only in these; empty: everywhere
  int limit = 8;
  int offset = 0;
  const search::Synonyms* synonyms = nullptr;  // borrowed; null: the built-in list
};

// Never returns forgotten memories; returns private ones only to their author.
[[nodiscard]] SearchReply SearchMemories(Connection& connection, TermStatistics& statistics,
                                         const MemorySearch& search);

// The memories most similar to `content`, judged by its most distinctive words.
[[nodiscard]] std::vector<SearchHit> FindNearestMemories(Connection& connection,
                                                         TermStatistics& statistics,
                                                         PersonaId viewer, std::string_view content,
                                                         std::optional<MemoryId> except, int limit);

}  // namespace katra::store::sqlite::full_text
