#include "store/sqlite/full_text/word_parts.h"

#include <algorithm>

namespace katra::store::sqlite::full_text {
namespace {

// Characters; parts of this length or longer may be in the middle of a word.
constexpr size_t kAnywherePart = 5;
constexpr size_t kMaxParts = 48;  // per word; from its first characters
constexpr int kMaxLooks = 256;    // dictionary rows examined per part

// The byte offset of each character, and of the end.
std::vector<size_t> CharacterStarts(std::string_view word) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < word.size(); ++i) {
    if ((word[i] & 0xC0) != 0x80) starts.push_back(i);
  }
  starts.push_back(word.size());
  return starts;
}

// Names are split where digits begin or end, so a word that still has digits is a hash or the like,
// of which people only know the beginning.
bool IsFoundByBeginningOnly(std::string_view word) {
  return word.find_first_of("0123456789") != std::string_view::npos;
}

void AddParts(Connection& connection, std::string_view word, int64_t id) {
  const std::vector<size_t> starts = CharacterStarts(word);
  const size_t characters = starts.size() - 1;
  size_t parts = IsFoundByBeginningOnly(word) ? 1 : characters - kShortestPart + 1;
  parts = std::min(parts, kMaxParts);
  for (size_t first = 0; first < parts; ++first) {
    const size_t end = starts[std::min(first + kStoredPart, characters)];
    const std::string part(word.substr(starts[first], end - starts[first]));
    connection.Prepare("INSERT OR IGNORE INTO search_word_parts(part, word_id) VALUES (?1, ?2)")
        .Bind(part, id)
        ->exec();
  }
}

bool Fits(std::string_view word, std::string_view part, size_t part_characters) {
  if (word == part) return false;
  if (part_characters >= kAnywherePart) return word.find(part) != std::string_view::npos;
  return word.substr(0, part.size()) == part ||
         (word.size() > part.size() && word.substr(word.size() - part.size()) == part);
}

}  // namespace

void AddWords(Connection& connection, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    {
      Query known = connection.Prepare("SELECT 1 FROM search_words WHERE word = ?1");
      if (known.Bind(word)->executeStep()) continue;
    }
    connection.Prepare("INSERT INTO search_words(word) VALUES (?1)").Bind(word)->exec();
    AddParts(connection, word, connection.db().getLastInsertRowid());
  }
}

void RemoveWord(Connection& connection, const std::string& word) {
  connection
      .Prepare(
          "DELETE FROM search_word_parts WHERE word_id = "
          "(SELECT id FROM search_words WHERE word = ?1)")
      .Bind(word)
      ->exec();
  connection.Prepare("DELETE FROM search_words WHERE word = ?1").Bind(word)->exec();
}

void RemoveAllWords(Connection& connection) {
  connection.Prepare("DELETE FROM search_word_parts")->exec();
  connection.Prepare("DELETE FROM search_words")->exec();
}

std::vector<std::string> FindWordsWith(Connection& connection, std::string_view part,
                                       size_t limit) {
  const std::vector<size_t> starts = CharacterStarts(part);
  const size_t characters = starts.size() - 1;
  if (characters < kShortestPart) return {};
  const std::string first(part.substr(0, starts[std::min(characters, kStoredPart)]));
  const std::string past = first + "\U0010FFFF";
  std::vector<std::string> words;
  Query query = connection.Prepare(
      "SELECT word FROM search_word_parts JOIN search_words ON id = word_id "
      "WHERE part >= ?1 AND part < ?2 LIMIT ?3");
  query.Bind(first, past, kMaxLooks);
  while (query->executeStep()) {
    std::string word = query->getColumn(0).getString();
    if (Fits(word, part, characters)) words.push_back(std::move(word));
  }
  std::sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (words.size() > limit) words.resize(limit);
  return words;
}

}  // namespace katra::store::sqlite::full_text
