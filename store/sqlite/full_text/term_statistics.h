// How many rows have a term: counted to a bound, estimated beyond it, remembered while the table
// has not grown much. One for a store, shared by its connections.
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

  // What was put under `key` when the table had `rows` rows or a few less.
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
  std::list<Entry> entries_;  // the one used last is first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;  // keys are in entries_
};

}  // namespace katra::store::sqlite::full_text
