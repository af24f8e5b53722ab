// Invented talk for large stores: sentences of words whose frequencies fall as in a language (a few
// very common, most rare), the same for the same seed. Knows the export's JSON Lines form.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "store/store.h"

namespace katra::bench {

class Corpus {
 public:
  explicit Corpus(uint64_t seed);

  // 8 to 30 words.
  [[nodiscard]] std::string Sentence();
  // 2 to 5 words as a person would ask for: some common, some rare.
  [[nodiscard]] std::string Question();

 private:
  [[nodiscard]] size_t Rank();

  std::mt19937_64 random_;
  std::vector<std::string> words_;  // most common first
};

// Fills a store with so many messages in `main` and so many shared memories, by several authors.
// Returns an error of the store.
[[nodiscard]] Status Fill(store::Store& store, int64_t messages, int64_t memories, uint64_t seed);

}  // namespace katra::bench
