// English words that queries ignore, folded as by the analyzer, including the fragments of
// contractions that its splitting leaves.
#include <algorithm>
#include <array>

#include "store/search/analyzer.h"

namespace katra::store::search {
namespace {

// Sorted.
constexpr std::array<std::string_view, 161> kStopWords = {
    "a",      "about",  "above",   "after",      "again",  "against", "ain",    "all",
    "also",   "am",     "an",      "and",        "any",    "are",     "aren",   "as",
    "at",     "be",     "because", "been",       "before", "being",   "below",  "between",
    "both",   "but",    "by",      "can",        "cannot", "could",   "couldn", "d",
    "did",    "didn",   "do",      "does",       "doesn",  "doing",   "don",    "down",
    "during", "each",   "else",    "ever",       "few",    "for",     "from",   "further",
    "had",    "hadn",   "has",     "hasn",       "have",   "haven",   "having", "he",
    "her",    "here",   "hers",    "herself",    "him",    "himself", "his",    "how",
    "i",      "if",     "in",      "into",       "is",     "isn",     "it",     "its",
    "itself", "just",   "ll",      "m",          "me",     "might",   "more",   "most",
    "must",   "mustn",  "my",      "myself",     "needn",  "no",      "nor",    "not",
    "now",    "o",      "of",      "off",        "on",     "once",    "only",   "or",
    "other",  "our",    "ours",    "ourselves",  "out",    "over",    "own",    "please",
    "re",     "s",      "same",    "shall",      "shan",   "she",     "should", "shouldn",
    "so",     "some",   "such",    "t",          "tell",   "than",    "that",   "the",
    "their",  "theirs", "them",    "themselves", "then",   "there",   "these",  "they",
    "this",   "those",  "through", "to",         "too",    "under",   "until",  "up",
    "us",     "ve",     "very",    "was",        "wasn",   "we",      "were",   "weren",
    "what",   "when",   "where",   "which",      "while",  "who",     "whom",   "whose",
    "why",    "will",   "with",    "would",      "wouldn", "y",       "you",    "your",
    "yours",
};

}  // namespace

bool IsStopWord(std::string_view token) {
  return std::binary_search(kStopWords.begin(), kStopWords.end(), token);
}

}  // namespace katra::store::search
