// A cache of responses, for requests that are repeated exactly: in memory, bounded, for minutes.
// cache_key.h says which requests are the same and which responses may be stored.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/clock.h"
#include "core/sha256.h"

namespace katra::router::routing::cost {

struct CachedAnswer {
  std::string message;  // complete and not streamed
  // Whether `message` is in the client's own format, which is part of the key; otherwise in that of
  // the Messages API.
  bool own_format = false;
  std::string model = {};  // as the provider reported it
};

// Not thread-safe. Nothing is written to disk.
class AnswerCache {
 public:
  struct Options {
    size_t max_bytes = size_t{32} << 20U;  // of all responses; the least recently used is dropped
    size_t max_answer_bytes = size_t{1} << 20U;  // longer ones are not stored
    std::chrono::seconds lifetime{300};  // from when it was stored, however often it is used
  };

  explicit AnswerCache(Options options) : options_(options) {}

  // nullptr: none, or too old. The response stays valid when the cache drops it.
  [[nodiscard]] std::shared_ptr<const CachedAnswer> Find(const Sha256Digest& key, SteadyTime now);
  // Replaces an earlier response. `lifetime` overrides the cache's.
  void Store(const Sha256Digest& key, CachedAnswer answer, SteadyTime now,
             std::optional<std::chrono::seconds> lifetime = std::nullopt);
  // Call this when the configuration changes: a provider's name may now stand for another address.
  void Clear();

  [[nodiscard]] size_t max_answer_bytes() const { return options_.max_answer_bytes; }
  [[nodiscard]] size_t size() const { return index_.size(); }
  [[nodiscard]] size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Sha256Digest key;
    std::shared_ptr<const CachedAnswer> answer;
    SteadyTime ends_at;
    size_t bytes = 0;
  };
  using Entries = std::list<Entry>;
  struct Hash {
    size_t operator()(const Sha256Digest& key) const {
      size_t hash = 0;
      std::memcpy(&hash, key.data(), sizeof(hash));
      return hash;
    }
  };

  void Drop(Entries::iterator entry);

  Options options_;
  Entries entries_;  // most recently used first
  std::unordered_map<Sha256Digest, Entries::iterator, Hash> index_;
  size_t bytes_ = 0;
};

}  // namespace katra::router::routing::cost
