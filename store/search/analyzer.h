// Turns text of any language into the tokens under which it is found. The result is plain words
// separated by spaces, so that a stock tokenizer of the index does the rest (stemming English) and
// any SQLite can open the file. Knows nothing of SQL or of queries.
//
//   "The HTTPServer of store/bell.cc"  ->  the http server of store bell cc, and httpserver
//   "Café Zürich 2026-11-21"           ->  cafe zurich 2026 11 21, and 20261121
//   "C++, C# and .NET"                 ->  cplusplus csharp and net, and dotnet
//   "Node.js, CI/CD"                   ->  node js ci cd, and nodejs, cicd
//   "東京都"                            ->  東京 京都, and 東 京 都
//
// Pure functions: linear time, any bytes, never fail.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace katra::store::search {

// Increase it whenever the same text gives other tokens. An index made by another version is
// rebuilt when the store opens; add a migration too, so that older builds refuse the file.
inline constexpr int kAnalyzerVersion = 2;

inline constexpr size_t kMaxTokenBytes = 128;

enum class TokenKind {
  kWord,      // a whole word
  kPart,      // a part of an identifier or of a hyphenated word
  kGram,      // two adjacent characters of a dense script, or a single isolated one
  kJoined,    // an identifier's parts as one word, or a name with its symbols: dotnet, nodejs
  kChar,      // a character of a dense script that has neighbours
  kLoneChar,  // the same, for a Han character between characters that are not Han
};

// Whether tokens of this kind follow the order of the text; the others are extra forms of nearby
// tokens.
[[nodiscard]] constexpr bool IsInOrder(TokenKind kind) {
  return kind == TokenKind::kWord || kind == TokenKind::kPart || kind == TokenKind::kGram;
}

// `token` is borrowed for the call: bytes of [0-9a-z] and UTF-8 above ASCII, 1..kMaxTokenBytes.
using TokenSink = std::function<void(std::string_view token, TokenKind kind)>;

void Analyze(std::string_view text, const TokenSink& sink);

struct IndexedText {
  std::string text;   // tokens in text order, for phrase search
  std::string extra;  // joined identifiers, and each single character of dense scripts once
  // Distinct words that can be found by a part of them (see word_parts.h).
  std::vector<std::string> long_words;
};

[[nodiscard]] IndexedText AnalyzeForIndex(std::string_view text);

// The content words of the beginning of a text, in order: the context that it gives to the
// following messages.
[[nodiscard]] std::string AnalyzeForContext(std::string_view text);

// Tokens by which a date can be found: year, month name, day, weekday, ISO date. UTC.
[[nodiscard]] std::string DateTokens(WallTime time);

// Whether this is an English word, or a fragment of one ("doesn", "ve"), that says nothing about a
// text's topic.
[[nodiscard]] bool IsStopWord(std::string_view token);

}  // namespace katra::store::search
