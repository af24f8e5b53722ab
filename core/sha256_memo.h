// Caches SHA-256 digests of secrets that arrive with every request, so that each is hashed once.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/sha256.h"

namespace katra {

// Keeps the last few secrets in memory, compares in constant time, and overwrites what it drops.
// Not thread-safe.
class Sha256Memo {
 public:
  Sha256Memo() = default;
  ~Sha256Memo() { Clear(); }
  Sha256Memo(const Sha256Memo&) = delete;
  Sha256Memo& operator=(const Sha256Memo&) = delete;

  // The digest of `secret`. Secrets longer than kMaxSecretBytes are not cached.
  [[nodiscard]] Sha256Digest Of(std::string_view secret);

  // Overwrites and drops all cached secrets.
  void Clear();

  static constexpr size_t kMaxSecretBytes = 512;

 private:
  struct Entry {
    std::string secret;
    Sha256Digest digest{};
  };

  std::array<Entry, 8> entries_;
  size_t next_ = 0;  // the entry to replace next
};

}  // namespace katra
