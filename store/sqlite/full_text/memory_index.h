// Full-text search of memories: keeping the index, and asking it. Knows the tables memories,
// personas and memories_fts.
//
// Every function throws SQLite::Exception, and is called by the connection's thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/search_reply.h"
#include "store/sqlite/full_text/term_statistics.h"
#include "store/types.h"

namespace katra::store::sqlite::full_text {

// Makes a memory findable. Called once, in the transaction that inserts its row, after the insert.
void IndexMemory(Connection& connection, MemoryId id);

// Takes a memory out of the index: when it is forgotten or purged, in that transaction, while its
// row still has the text that was indexed. Never twice for one memory.
void UnindexMemory(Connection& connection, MemoryId id);

// Rewrites the index so that no byte of what was taken out is left in it. Takes time in proportion
// to all memories: for purge.
void ScrubMemoryIndex(Connection& connection);

struct MemorySearch {
  PersonaId viewer = 0;
  std::string query;  // blank: the newest
  std::optional<MemoryKind> kind;
  std::vector<std::string> tags;  // in lower case; all of them
  std::optional<PersonaId> from;  // the author
  std::optional<WallTime> since;  // remembered at or after
  std::optional<WallTime> until;  // remembered before
  std::optional<MemoryScope> scope;
  bool include_superseded = false;
  std::optional<MemoryId> except;
  int limit = 8;
  int offset = 0;
};

// Forgotten memories are never found, private ones by their author only.
[[nodiscard]] SearchReply SearchMemories(Connection& connection, TermStatistics& statistics,
                                         const MemorySearch& search);

// The memories most alike to `content`, by its most distinctive words.
[[nodiscard]] std::vector<SearchHit> FindNearestMemories(Connection& connection,
                                                         TermStatistics& statistics,
                                                         PersonaId viewer, std::string_view content,
                                                         std::optional<MemoryId> except, int limit);

}  // namespace katra::store::sqlite::full_text
