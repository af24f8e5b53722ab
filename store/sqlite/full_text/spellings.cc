#include "store/sqlite/full_text/spellings.h"

#include <algorithm>

#include "store/sqlite/full_text/word_parts.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr size_t kShortestWord = 5;  // bytes; a known word with one letter left out
constexpr size_t kLongestWord = 40;  // bytes

size_t CommonBytes(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<size_t>(in_a - a.begin());
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
    size_t place = starts_.size() - 1;
    while (starts_[place] > known) --place;
    for (;; --place) {
      if (!IsKnownEnding(place + 2)) break;
      TryEditsAt(place);
      if (place == 0) break;
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
    if (std::find(found_.begin(), found_.end(), candidate) != found_.end()) return;
    Query query = connection_.Prepare("SELECT 1 FROM search_words WHERE word = ?1");
    if (query.Bind(candidate)->executeStep()) found_.push_back(candidate);
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
