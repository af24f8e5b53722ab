#include "core/known_secrets.h"

#include <algorithm>
#include <charconv>

#include "core/secrets.h"

namespace katra {
namespace {

constexpr size_t kLeastBytes = 8;
constexpr size_t kNowhere = std::string_view::npos;
constexpr std::string_view kCut = " …";

// If `c` is at `at`, as it is or escaped with backslashes, returns its end; else kNowhere.
size_t EndOfByte(std::string_view text, size_t at, char c) {
  if (text[at] == c) return at + 1;
  if (text[at] != '\\') return kNowhere;
  at = text.find_first_not_of('\\', at);
  if (at == kNowhere) return kNowhere;
  constexpr size_t kDigits = 4;
  if (text[at] == 'u' && text.size() - at > kDigits) {
    unsigned code = 0;
    const char* const begin = text.data() + at + 1;
    const auto [end, fault] = std::from_chars(begin, begin + kDigits, code, 16);
    if (fault == std::errc() && end == begin + kDigits) {
      return code == static_cast<unsigned char>(c) ? at + 1 + kDigits : kNowhere;
    }
  }
  return text[at] == c ? at + 1 : kNowhere;
}

// If `secret` begins at `at`, returns its end.
size_t EndOf(std::string_view text, size_t at, std::string_view secret) {
  size_t matched = 0;
  for (const char c : secret) {
    const std::string_view rest = text.substr(at);
    if (rest.empty() || rest == kCut) return matched >= kLeastBytes ? at : kNowhere;
    at = EndOfByte(text, at, c);
    if (at == kNowhere) return kNowhere;
    ++matched;
  }
  return at;
}

}  // namespace

void KnownSecrets::Add(std::string_view value) {
  if (value.size() < kLeastBytes) return;
  if (std::find(values_.begin(), values_.end(), value) != values_.end()) return;
  values_.emplace_back(value);
  if (starts_.find(value.front()) == std::string::npos) starts_.push_back(value.front());
}

KnownSecrets::Found KnownSecrets::Find(std::string_view text, size_t from) const {
  if (values_.empty()) return {};
  size_t at = text.find_first_of(starts_, from);
  while (at != kNowhere) {
    size_t end = 0;
    for (const std::string& value : values_) {
      const size_t found = EndOf(text, at, value);
      if (found != kNowhere) end = std::max(end, found);
    }
    if (end > at) return {at, end};
    // No secret begins inside a run of backslashes.
    const size_t next = text[at] == '\\' ? text.find_first_not_of('\\', at) : at + 1;
    at = next == kNowhere ? kNowhere : text.find_first_of(starts_, next);
  }
  return {};
}

bool KnownSecrets::In(std::string_view text) const { return Find(text, 0).begin != kNowhere; }

std::string KnownSecrets::Without(std::string text) const {
  Found found = Find(text, 0);
  if (found.begin == kNowhere) return text;
  std::string out;
  size_t done = 0;
  for (; found.begin != kNowhere; found = Find(text, done)) {
    out.append(text, done, found.begin - done).append(kRedacted);
    done = found.end;
  }
  return out.append(text, done);
}

}  // namespace katra
