#include "store/sqlite/full_text/spellings.h"

#include <algorithm>

#include "store/sqlite/full_text/word_parts.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr size_t kShortestWord = 5;  // bytes; a known word with one letter left out
constexpr size_t kLongestWord = 40;  // bytes
constexpr int kComparedWords = 128;

size_t CommonBytes(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<size_t>(in_a - a.begin());
}

// Bytes, because the known words are compared as they lie in the index.
bool IsOneEditAway(std::string_view a, std::string_view b) {
  const size_t same = CommonBytes(a, b);
  a.remove_prefix(same);
  b.remove_prefix(same);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
  if (a.size() <= 1 && b.size() <= 1) return a.size() + b.size() > 0;
  return a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[1] == b[0];
}

class Speller {
 public:
  Speller(Connection& connection, std::string_view word) : connection_(connection), word_(word) {
    for (size_t i = 0; i < word.size(); ++i) {
      if ((word[i] & 0xC0) != 0x80) starts_.push_back(i);
    }
    starts_.push_back(word.size());
  }

  // The text before an edit begins a known word, and the text behind it ends one. That leaves few
  // places for the edit.
  std::vector<std::string> Find() {
    const size_t known = KnownBeginning();
    size_t last = starts_.size() - 1;
    while (starts_[last] > known) --last;
    if (!IsKnownEnding(last + 2)) return {};
    size_t first = last;
    while (first > 0 && IsKnownEnding(first + 1)) --first;
    for (size_t place = first; place <= last && !CompareWordsFrom(place); ++place) {
      TryEditsAt(place);
    }
    return std::move(found_);
  }

 private:
  // The size of the longest beginning that some known word has too.
  size_t KnownBeginning() {
    size_t longest = 0;
    const auto compare = [&](const char* sql) {
      Query query = connection_.Prepare(sql);
      if (query.Bind(std::string(word_))->executeStep()) {
        longest = std::max(longest, CommonBytes(word_, query->getColumn(0).getString()));
      }
    };
    compare("SELECT word FROM search_words WHERE word >= ?1 ORDER BY word LIMIT 1");
    compare("SELECT word FROM search_words WHERE word < ?1 ORDER BY word DESC LIMIT 1");
    return longest;
  }

  // Whether a known word ends with the characters from the given one on.
  bool IsKnownEnding(size_t character) {
    if (character + kShortestPart >= starts_.size()) return true;
    Query query = connection_.Prepare("SELECT 1 FROM search_word_parts WHERE part = ?1 LIMIT 1");
    const size_t end = starts_[std::min(character + kStoredPart, starts_.size() - 1)];
    const size_t begin = starts_[character];
    return query.Bind(std::string(word_.substr(begin, end - begin)))->executeStep();
  }

  // Compares all known words with the beginning before `place`, if they are few. They are all that
  // an edit there or behind can lead to. False: they are many.
  bool CompareWordsFrom(size_t place) {
    const std::string begin(word_.substr(0, starts_[place]));
    Query query = connection_.Prepare(
        "SELECT word FROM search_words WHERE word >= ?1 AND word < ?2 LIMIT ?3");
    query.Bind(begin, begin + "\U0010FFFF", kComparedWords + 1);
    std::vector<std::string> close;
    for (int compared = 0; query->executeStep(); ++compared) {
      if (compared == kComparedWords) return false;
      std::string candidate = query->getColumn(0).getString();
      if (IsOneEditAway(word_, candidate)) close.push_back(std::move(candidate));
    }
    for (std::string& candidate : close) Add(std::move(candidate));
    return true;
  }

  void TryEditsAt(size_t place) {
    const std::string before(word_.substr(0, starts_[place]));
    const std::string_view from_here = word_.substr(starts_[place]);
    const std::string_view behind =
        place + 1 < starts_.size() ? word_.substr(starts_[place + 1]) : std::string_view();
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      Try((before + letter).append(from_here));
      if (!from_here.empty()) Try((before + letter).append(behind));
    }
    if (from_here.empty()) return;
    Try(std::string(before).append(behind));
    if (behind.empty()) return;
    const size_t next = starts_[place + 2];
    Try(std::string(before)
            .append(word_.substr(starts_[place + 1], next - starts_[place + 1]))
            .append(word_.substr(starts_[place], starts_[place + 1] - starts_[place]))
            .append(word_.substr(next)));
  }

  void Try(const std::string& candidate) {
    if (candidate == word_) return;
    Query query = connection_.Prepare("SELECT 1 FROM search_words WHERE word = ?1");
    if (query.Bind(candidate)->executeStep()) Add(candidate);
  }

  void Add(std::string candidate) {
    if (std::find(found_.begin(), found_.end(), candidate) != found_.end()) return;
    found_.push_back(std::move(candidate));
  }

  Connection& connection_;
  std::string_view word_;
  std::vector<size_t> starts_;  // of each character, and the end
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> FindSpellings(Connection& connection, std::string_view word) {
  if (word.size() < kShortestWord || word.size() > kLongestWord) return {};
  return Speller(connection, word).Find();
}

}  // namespace katra::store::sqlite::full_text
