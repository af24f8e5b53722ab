// Turns what a reader asked into terms to look for. Whatever the text was, a term holds nothing but
// tokens of the analyzer, so that no query can be an error. Knows nothing of SQL. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katra::store::search {

inline constexpr size_t kMaxQueryTerms = 64;  // that are looked at; the first ones
inline constexpr size_t kMaxPhraseTokens = 16;
inline constexpr size_t kMaxQueryBytes = 16'384;  // what is after these is not read

struct QueryTerm {
  std::string tokens;   // one token, or those of a phrase with spaces between
  double weight = 1;    // among the terms of the query, before any frequency
  bool phrase = false;  // the tokens must stand next to each other
  bool word = false;    // a whole word of letters, that may be a part of longer ones
};

struct ParsedQuery {
  std::vector<QueryTerm> terms;  // distinct; all are wished for, none is required
  bool blank = false;            // nothing but white space was asked
};

// `leave_out`: words (as NamesIn gives them) that are not to become terms.
[[nodiscard]] ParsedQuery ParseQuery(std::string_view query,
                                     const std::vector<std::string>& leave_out = {});

// The words of a phrase, as terms: for when the phrase itself is nowhere.
[[nodiscard]] std::vector<QueryTerm> WordsOf(const QueryTerm& phrase);

// The words of the query that have the form of a persona's name, as written, distinct, in order.
[[nodiscard]] std::vector<std::string> NamesIn(std::string_view query);

// The words of a text by which others like it can be found: distinct content words, no phrases;
// those that come most often and are longest come first.
[[nodiscard]] ParsedQuery ParseLikeness(std::string_view text);

}  // namespace katra::store::search
