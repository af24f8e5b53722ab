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

// Goes up whenever the same text gives other tokens. An index made under another version is made
// anew when the store opens; a migration must go with it, so that an older build refuses the file.
inline constexpr int kAnalyzerVersion = 2;

inline constexpr size_t kMaxTokenBytes = 128;

enum class TokenKind {
  kWord,      // a whole word
  kPart,      // a part of an identifier or of a hyphenated word
  kGram,      // two neighbouring characters of a dense script, or one that stands alone
  kJoined,    // an identifier's parts as one word, or a name with its signs: dotnet, nodejs
  kChar,      // a character of a dense script that has neighbours
  kLoneChar,  // the same, a Han character between others that are not
};

// Kinds that keep the order of the text; the others are forms of what is near them.
[[nodiscard]] constexpr bool IsInOrder(TokenKind kind) {
  return kind == TokenKind::kWord || kind == TokenKind::kPart || kind == TokenKind::kGram;
}

// `token` is borrowed for the call: bytes of [0-9a-z] and UTF-8 above ASCII, 1..kMaxTokenBytes.
using TokenSink = std::function<void(std::string_view token, TokenKind kind)>;

void Analyze(std::string_view text, const TokenSink& sink);

struct IndexedText {
  std::string text;   // the tokens in order: phrases are found in it
  std::string extra;  // joined identifiers; each single character of dense scripts once
  std::vector<std::string> long_words;  // distinct; those to be found by a part (see word_parts.h)
};

[[nodiscard]] IndexedText AnalyzeForIndex(std::string_view text);

// The content words of the first part of a text, in order: what it lends to the turns after it.
[[nodiscard]] std::string AnalyzeForContext(std::string_view text);

// The tokens by which a moment is found: year, month's name, day, weekday, ISO date. UTC.
[[nodiscard]] std::string DateTokens(WallTime time);

// A word of English, or a rest of one ("doesn", "ve"), that says nothing of what a text is about.
[[nodiscard]] bool IsStopWord(std::string_view token);

}  // namespace katra::store::search
