#include "router/routing/cost/answer_cache.h"

namespace katra::router::routing::cost {
namespace {

// What an entry takes beside its texts.
constexpr size_t kEntryBytes = 256;

}  // namespace

void AnswerCache::Drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->key);
  entries_.erase(entry);
}

std::shared_ptr<const CachedAnswer> AnswerCache::Find(const Sha256Digest& key, SteadyTime now) {
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  const auto entry = found->second;
  if (now >= entry->ends_at) {
    Drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return entry->answer;
}

void AnswerCache::Store(const Sha256Digest& key, CachedAnswer answer, SteadyTime now,
                        std::optional<std::chrono::seconds> lifetime) {
  if (const auto found = index_.find(key); found != index_.end()) Drop(found->second);
  const size_t bytes = kEntryBytes + answer.message.size() + answer.model.size();
  if (answer.message.size() > options_.max_answer_bytes || bytes > options_.max_bytes) return;
  while (bytes_ + bytes > options_.max_bytes) Drop(std::prev(entries_.end()));
  entries_.push_front({key, std::make_shared<const CachedAnswer>(std::move(answer)),
                       now + lifetime.value_or(options_.lifetime), bytes});
  index_[key] = entries_.begin();
  bytes_ += bytes;
}

void AnswerCache::Clear() {
  entries_.clear();
  index_.clear();
  bytes_ = 0;
}

}  // namespace katra::router::routing::cost
