// Turns a user's query into search terms. Whatever the text, terms consist only of tokens of the
// analyzer, so no query can be an error. Knows nothing of SQL. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katra::store::search {

inline constexpr size_t kMaxQueryTerms = 64;  // further terms are ignored
inline constexpr size_t kMaxPhraseTokens = 16;
inline constexpr size_t kMaxQueryBytes = 16'384;  // the rest is ignored

struct QueryTerm {
  std::string tokens;    // one token, or the tokens of a phrase, separated by spaces
  double weight = 1;     // within the query, before frequencies are considered
  bool phrase = false;   // the tokens must be adjacent
  bool word = false;     // a whole word of letters, which may be part of longer words
  bool synonym = false;  // not in the query itself (synonyms.h)
  // The index of the term that a synonym stands for; -1: none in particular.
  int stands_for = -1;
};

struct ParsedQuery {
  std::vector<QueryTerm> terms;  // distinct; all are optional
  bool blank = false;            // the query is only white space
};

// `leave_out`: words (as returned by NamesIn) that should not become terms.
[[nodiscard]] ParsedQuery ParseQuery(std::string_view query,
                                     const std::vector<std::string>& leave_out = {});

// The words of a phrase as terms, for when the phrase itself is not found.
[[nodiscard]] std::vector<QueryTerm> WordsOf(const QueryTerm& phrase);

// The distinct words of the query that have the syntax of a persona's name, as written, in order.
[[nodiscard]] std::vector<std::string> NamesIn(std::string_view query);

// Terms for finding similar texts: distinct content words, no phrases; the most frequent and
// longest first.
[[nodiscard]] ParsedQuery ParseLikeness(std::string_view text);

}  // namespace katra::store::search
