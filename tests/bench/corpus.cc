#include "tests/bench/corpus.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace katra::bench {
namespace {

using nlohmann::json;

constexpr size_t kVocabulary = 60'000;
constexpr int64_t kLinesPerImport = 20'000;  // one transaction each

// Real small words come first: they are what stop words and common words are made of.
constexpr const char* kSmallWords[] = {
    "the",  "of",     "and",  "to",     "a",      "in",     "is",      "that", "it",    "was",
    "for",  "on",     "are",  "with",   "as",     "be",     "this",    "have", "from",  "or",
    "by",   "not",    "but",  "what",   "we",     "when",   "can",     "an",   "your",  "which",
    "they", "test",   "file", "error",  "server", "store",  "message", "call", "build", "run",
    "fix",  "review", "room", "memory", "commit", "branch", "cache",   "index"};

std::string Word(size_t rank) {
  constexpr const char* kSyllables[] = {"ka",  "tro",  "mi",  "len", "so",  "ver", "da",  "pin",
                                        "qua", "ster", "blo", "ny",  "rex", "fu",  "gam", "het"};
  std::string word;
  for (size_t rest = rank + 17; rest > 0; rest /= 16) word += kSyllables[rest % 16];
  return word;
}

std::string AuthorName(int64_t number) { return "Author" + std::to_string(number % 8); }

json Tag() { return {{"provider", "bench"}, {"model", "none"}, {"source", "launch"}}; }

json Origin(const char* what, int64_t id) {
  return {{"store", std::string("bench-") + what}, {"id", id}};
}

json MessageLine(int64_t id, const std::string& body) {
  return {{"type", "message"},
          {"id", id},
          {"room", "main"},
          {"from", AuthorName(id)},
          {"to", json::array()},
          {"body", body},
          {"said_at", "2026-10-01T12:00:00Z"},
          {"tag", Tag()},
          {"origin", Origin("messages", id)}};
}

json MemoryLine(int64_t id, const std::string& content) {
  return {{"type", "memory"},
          {"id", id},
          {"author", AuthorName(id)},
          {"content", content},
          {"reasoning", ""},
          {"kind", "note"},
          {"scope", "shared"},
          {"tags", {"bench", "tag" + std::to_string(id % 100)}},
          {"importance", 0.5},
          {"created_at", "2026-10-01T12:00:00Z"},
          {"tag", Tag()},
          {"origin", Origin("memories", id)}};
}

Status Import(store::Store& store, int64_t count, Corpus& corpus,
              json (*make)(int64_t id, const std::string& text)) {
  for (int64_t next = 1; next <= count;) {
    const int64_t last = std::min(count, next + kLinesPerImport - 1);
    bool header = true;
    const auto source = [&](std::string* line) -> Result<bool> {
      if (header) {
        header = false;
        *line = json{{"type", "katra-export"}, {"version", 1}, {"store", "bench"}}.dump();
        return true;
      }
      if (next > last) return false;
      *line = make(next, corpus.Sentence()).dump();
      ++next;
      return true;
    };
    if (auto imported = store.Import(source, store::CallContext()); !imported) {
      return Pass(std::move(imported));
    }
  }
  return {};
}

}  // namespace

Corpus::Corpus(uint64_t seed) : random_(seed) {
  for (const char* word : kSmallWords) words_.emplace_back(word);
  for (size_t rank = 0; words_.size() < kVocabulary; ++rank) words_.push_back(Word(rank));
}

// Zipf's law, nearly: the density of a rank falls with its inverse.
size_t Corpus::Rank() {
  const double u = std::uniform_real_distribution<double>(0, 1)(random_);
  const double rank = std::pow(static_cast<double>(words_.size()), u) - 1;
  return std::min(words_.size() - 1, static_cast<size_t>(rank));
}

std::string Corpus::Sentence() {
  const int length = std::uniform_int_distribution<int>(8, 30)(random_);
  std::string text;
  for (int i = 0; i < length; ++i) {
    if (i > 0) text += ' ';
    text += words_[Rank()];
  }
  return text;
}

std::string Corpus::Question() {
  const int length = std::uniform_int_distribution<int>(2, 5)(random_);
  std::string text;
  for (int i = 0; i < length; ++i) {
    if (i > 0) text += ' ';
    text += words_[Rank()];
  }
  return text;
}

Status Fill(store::Store& store, int64_t messages, int64_t memories, uint64_t seed) {
  Corpus corpus(seed);
  if (auto filled = Import(store, messages, corpus, &MessageLine); !filled) return filled;
  return Import(store, memories, corpus, &MemoryLine);
}

}  // namespace katra::bench
