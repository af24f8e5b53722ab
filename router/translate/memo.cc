#include "router/translate/memo.h"

#include <cstring>

namespace katra::router::translate {
namespace {

// A fast hash of long text, eight bytes at a time; the source is compared to detect collisions.
uint64_t Mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  return hash ^ (hash >> 29U);
}

}  // namespace

uint64_t PrefixMemo::KeyOf(std::string_view source, uint64_t variant) {
  uint64_t hash = Mix(0x243F6A8885A308D3U, variant);
  hash = Mix(hash, source.size());
  size_t at = 0;
  for (; at + 8 <= source.size(); at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, source.data() + at, sizeof word);
    hash = Mix(hash, word);
  }
  for (; at < source.size(); ++at) hash = Mix(hash, static_cast<unsigned char>(source[at]));
  return hash;
}

std::shared_ptr<const PrefixMemo::Entry> PrefixMemo::Find(std::string_view source,
                                                          uint64_t variant) {
  const auto slot = slots_.find(KeyOf(source, variant));
  if (slot == slots_.end() || slot->second->entry->source != source) return nullptr;
  order_.splice(order_.begin(), order_, slot->second);
  ++hits_;
  return slot->second->entry;
}

std::shared_ptr<const PrefixMemo::Entry> PrefixMemo::Put(Entry entry, uint64_t variant) {
  const uint64_t key = KeyOf(entry.source, variant);
  auto kept = std::make_shared<const Entry>(std::move(entry));
  const auto size = [](const Entry& e) { return e.source.size() + e.output.size() + 256; };
  if (size(*kept) > max_bytes_) return kept;
  if (const auto old = slots_.find(key); old != slots_.end()) {
    bytes_ -= size(*old->second->entry);
    order_.erase(old->second);
    slots_.erase(old);
  }
  bytes_ += size(*kept);
  order_.push_front({key, kept});
  slots_[key] = order_.begin();
  while (bytes_ > max_bytes_ && order_.size() > 1) {
    bytes_ -= size(*order_.back().entry);
    slots_.erase(order_.back().key);
    order_.pop_back();
  }
  return kept;
}

}  // namespace katra::router::translate
