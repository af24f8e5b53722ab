// A dictionary of long words that finds a compound ("Haustürschlüssel") or a run-together name
// ("getusername") by one of its parts. Much smaller than an index of every text's character
// n-grams, and it never changes the ranking of whole words. Knows the tables search_words and
// search_word_parts. Throws SQLite::Exception.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"

namespace katra::store::sqlite::full_text {

inline constexpr size_t kShortestPart = 3;  // characters
inline constexpr size_t kStoredPart = 12;   // characters kept of each part

// Adds the words (tokens of the analyzer) that are new.
void AddWords(Connection& connection, const std::vector<std::string>& words);

// Removes a word and its parts. Does nothing if it is not there.
void RemoveWord(Connection& connection, const std::string& word);

void RemoveAllWords(Connection& connection);

// At most `limit` known words that contain `part` and are longer, shortest first. A part of three
// or four characters must begin or end the word; shorter parts find nothing.
[[nodiscard]] std::vector<std::string> FindWordsWith(Connection& connection, std::string_view part,
                                                     size_t limit);

}  // namespace katra::store::sqlite::full_text
