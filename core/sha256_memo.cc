#include "core/sha256_memo.h"

namespace katra {
namespace {

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

void Overwrite(std::string& secret) {
  for (volatile char& c : secret) c = 0;
  secret.clear();
}

}  // namespace

void Sha256Memo::Clear() {
  for (Entry& entry : entries_) Overwrite(entry.secret);
}

Sha256Digest Sha256Memo::Of(std::string_view secret) {
  for (const Entry& entry : entries_) {
    if (!entry.secret.empty() && EqualInConstantTime(entry.secret, secret)) return entry.digest;
  }
  const Sha256Digest digest = Sha256(secret);
  if (secret.empty() || secret.size() > kMaxSecretBytes) return digest;
  Entry& entry = entries_[next_];
  next_ = (next_ + 1) % entries_.size();
  Overwrite(entry.secret);
  entry.secret = secret;
  entry.digest = digest;
  return digest;
}

}  // namespace katra
