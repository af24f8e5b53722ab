#include "store/sqlite/full_text/term_statistics.h"

namespace katra::store::sqlite::full_text {
namespace {

// A term is counted again when the table has grown by more than this share since.
constexpr int64_t kShare = 16;

}  // namespace

std::optional<int64_t> TermStatistics::Find(std::string_view key, int64_t rows) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  const Entry& entry = *found->second;
  const int64_t grown = rows - entry.rows;
  if (grown < 0 || grown > entry.rows / kShare) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return entry.documents;
}

void TermStatistics::Put(std::string_view key, int64_t rows, int64_t documents) {
  const std::lock_guard lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->rows = rows;
    found->second->documents = documents;
    entries_.splice(entries_.begin(), entries_, found->second);
    return;
  }
  entries_.push_front({std::string(key), rows, documents});
  by_key_.emplace(entries_.front().key, entries_.begin());
  if (entries_.size() > capacity_) {
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace katra::store::sqlite::full_text
