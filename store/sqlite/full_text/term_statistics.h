// A cache of how many rows contain a term, valid while the table has not grown much. One per index,
// shared by the store's connections.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace katra::store::sqlite::full_text {

// Thread-safe.
class TermStatistics {
 public:
  explicit TermStatistics(size_t capacity = 8192) : capacity_(capacity) {}

  // The value stored under `key` if the table had about as many rows then, at most a few less.
  [[nodiscard]] std::optional<int64_t> Find(std::string_view key, int64_t rows);
  void Put(std::string_view key, int64_t rows, int64_t documents);

 private:
  struct Entry {
    std::string key;
    int64_t rows;
    int64_t documents;
  };

  const size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  // Keys point into entries_.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace katra::store::sqlite::full_text
