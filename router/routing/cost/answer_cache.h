// Answers that may be given again to the very same request: in memory, bounded, for minutes. What
// the same request is, and which answers may be stored, says cache_key.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/clock.h"
#include "core/sha256.h"

namespace katra::router::routing::cost {

struct CachedAnswer {
  std::string message;  // complete and not streamed, in the client's format
  std::string provider;
  std::string model;  // that answered
  int64_t output_tokens = 0;
};

// Not thread-safe. Nothing is written to disk.
class AnswerCache {
 public:
  struct Options {
    size_t max_bytes = size_t{32} << 20U;        // of all answers; the one unused longest goes
    size_t max_answer_bytes = size_t{1} << 20U;  // longer ones are not stored
    std::chrono::seconds lifetime{300};          // since it was stored, however often it is used
  };

  explicit AnswerCache(Options options) : options_(options) {}

  // nullptr: none, or too old. The answer stays valid when the cache drops it.
  [[nodiscard]] std::shared_ptr<const CachedAnswer> Find(const Sha256Digest& key, SteadyTime now);
  // Replaces an earlier answer.
  void Store(const Sha256Digest& key, CachedAnswer answer, SteadyTime now);
  // To be called when the configuration changes: a provider's name may stand for another address.
  void Clear();

  [[nodiscard]] size_t size() const { return index_.size(); }
  [[nodiscard]] size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    Sha256Digest key;
    std::shared_ptr<const CachedAnswer> answer;
    SteadyTime stored_at;
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
