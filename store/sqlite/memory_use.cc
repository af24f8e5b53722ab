#include "store/sqlite/memory_use.h"

#include <utility>

namespace katra::store::sqlite {

void RecalledMemories::Note(MemoryId id) {
  constexpr size_t kMost = 4096;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (noted_.size() < kMost) noted_.insert(id);
}

void RecalledMemories::Store(Connection& connection, int64_t now) {
  std::unordered_set<MemoryId> noted;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    noted.swap(noted_);
  }
  for (const MemoryId id : noted) {
    Query query = connection.Prepare(
        "INSERT INTO memory_use(memory_id, recalled_on) SELECT id, ?2 FROM memories WHERE id = ?1"
        " ON CONFLICT DO UPDATE SET recalled_on = excluded.recalled_on"
        "  WHERE ifnull(recalled_on, 0) < excluded.recalled_on");
    query.Bind(id, DayOf(now))->exec();
  }
}

}  // namespace katra::store::sqlite
