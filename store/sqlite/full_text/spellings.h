// Finds the known words that a misspelled word may stand for: those that differ by one letter left
// out, added or replaced, or by two neighbours exchanged. Uses the dictionary of word_parts.h, so
// only words of six letters or more are found. Knows the tables search_words and search_word_parts.
// Throws SQLite::Exception.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite/connection.h"

namespace katra::store::sqlite::full_text {

// The known words that differ from `word` (a token of the analyzer, without digits) by one edit, in
// no particular order. Only letters a to z are tried. The work is some hundreds of look-ups at
// most, and usually far fewer, however many words are known.
[[nodiscard]] std::vector<std::string> FindSpellings(Connection& connection, std::string_view word);

}  // namespace katra::store::sqlite::full_text
