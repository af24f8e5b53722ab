#include "render/snippet.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/text.h"

namespace katra::render {
namespace {

constexpr size_t kMostNeedles = 24;
// Per needle, so that the work stays linear for hostile texts.
constexpr size_t kMostMatches = 4000;
constexpr size_t kShortWord = 3;  // shorter ASCII words are ignored if there are longer ones

bool IsAsciiWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }
bool IsWide(char c) { return static_cast<uint8_t>(c) >= 0x80; }

// Removes a word's ending, so that "migrations" finds "migrate".
std::string Stem(std::string_view word) {
  return std::string(word.substr(0, word.size() > 6   ? word.size() - 3
                                    : word.size() > 4 ? word.size() - 1
                                                      : word.size()));
}

// The query's words in lower case; for non-ASCII scripts, each pair of characters.
std::vector<std::string> Needles(std::string_view query) {
  std::vector<std::string> needles;
  std::vector<std::string> short_words;
  for (size_t i = 0; i < query.size() && needles.size() < kMostNeedles;) {
    size_t end = i;
    if (IsAsciiWord(query[i])) {
      while (end < query.size() && IsAsciiWord(query[end])) ++end;
      const std::string word = ToLowerAscii(query.substr(i, end - i));
      (word.size() < kShortWord ? short_words : needles).push_back(Stem(word));
    } else if (IsWide(query[i])) {
      end = i + 1;
      while (end < query.size() && IsContinuation(query[end])) ++end;
      size_t pair_end = end;
      if (pair_end < query.size() && IsWide(query[pair_end])) {
        ++pair_end;
        while (pair_end < query.size() && IsContinuation(query[pair_end])) ++pair_end;
        needles.emplace_back(query.substr(i, pair_end - i));
      }
    } else {
      end = i + 1;
    }
    i = end;
  }
  if (needles.empty()) needles = std::move(short_words);
  std::sort(needles.begin(), needles.end());
  needles.erase(std::unique(needles.begin(), needles.end()), needles.end());
  return needles;
}

struct Match {
  size_t at = 0;
  size_t needle = 0;
};

std::vector<Match> FindAll(const std::string& text, const std::vector<std::string>& needles) {
  std::vector<Match> matches;
  for (size_t n = 0; n < needles.size(); ++n) {
    size_t count = 0;
    for (size_t at = text.find(needles[n]); at != std::string::npos && count < kMostMatches;
         at = text.find(needles[n], at + needles[n].size())) {
      matches.push_back({at, n});
      ++count;
    }
  }
  std::sort(matches.begin(), matches.end(),
            [](const Match& a, const Match& b) { return a.at < b.at; });
  return matches;
}

// The range of matches within `width` bytes with the most distinct words, then the most matches; of
// equal ranges the first.
std::pair<size_t, size_t> BestRange(const std::vector<Match>& matches, size_t needles,
                                    size_t width) {
  std::vector<size_t> inside(needles, 0);
  size_t distinct = 0;
  size_t best_score = 0;
  std::pair<size_t, size_t> best{0, 0};
  size_t first = 0;
  for (size_t last = 0; last < matches.size(); ++last) {
    if (inside[matches[last].needle]++ == 0) ++distinct;
    while (matches[last].at - matches[first].at > width) {
      if (--inside[matches[first].needle] == 0) --distinct;
      ++first;
    }
    const size_t score = distinct * matches.size() + (last - first + 1);
    if (score > best_score) {
      best_score = score;
      best = {matches[first].at, matches[last].at};
    }
  }
  return best;
}

// Moves forward to the beginning of a character, or of a word if one is near.
size_t SnapForward(std::string_view text, size_t at) {
  while (at < text.size() && IsContinuation(text[at])) ++at;
  constexpr size_t kNear = 24;
  if (at == 0) return at;
  for (size_t i = at; i < text.size() && i < at + kNear; ++i) {
    if (text[i - 1] == ' ' || text[i - 1] == '\n') return i;
  }
  return at;
}

}  // namespace

Snippet MakeSnippet(std::string_view text, std::string_view query, size_t max_bytes) {
  Snippet snippet;
  snippet.total_bytes = text.size();
  if (text.size() <= max_bytes) {
    snippet.text = std::string(text);
    return snippet;
  }
  snippet.shortened = true;
  const std::vector<std::string> needles = Needles(query);
  const std::vector<Match> matches = FindAll(ToLowerAscii(text), needles);
  if (!matches.empty()) {
    const auto [first, last] = BestRange(matches, needles.size(), max_bytes / 2);
    const size_t middle = first + (last - first) / 2;
    const size_t begin = middle > max_bytes / 2 ? middle - max_bytes / 2 : 0;
    snippet.begin = SnapForward(text, std::min(begin, text.size() - max_bytes));
  }
  snippet.text = std::string(TruncateUtf8(text.substr(snippet.begin), max_bytes));
  return snippet;
}

}  // namespace katra::render
