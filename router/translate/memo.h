// Caches translations of what repeats on every turn of a session: `tools` and `system` (J5, R27).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace katra::router::translate {

// Not thread-safe: one per translating thread.
class PrefixMemo {
 public:
  struct Entry {
    std::string source;  // compared on a hit, because hashes may collide
    std::string output;
    // Changed names: upstream's -> client's.
    std::vector<std::pair<std::string, std::string>> names;
    std::vector<std::string> dropped;
  };

  explicit PrefixMemo(size_t max_bytes = size_t{8} << 20U) : max_bytes_(max_bytes) {}

  // `variant` stands for everything else that affects the output. Returns null if there is no
  // entry.
  [[nodiscard]] std::shared_ptr<const Entry> Find(std::string_view source, uint64_t variant);
  std::shared_ptr<const Entry> Put(Entry entry, uint64_t variant);

  [[nodiscard]] size_t hits() const { return hits_; }

 private:
  struct Slot {
    uint64_t key;
    std::shared_ptr<const Entry> entry;
  };
  using Order = std::list<Slot>;  // least recently used last

  static uint64_t KeyOf(std::string_view source, uint64_t variant);

  size_t max_bytes_;
  size_t bytes_ = 0;
  size_t hits_ = 0;
  Order order_;
  std::unordered_map<uint64_t, Order::iterator> slots_;
};

}  // namespace katra::router::translate
