// Invented months of work: people who remember facts about projects in sessions, and questions
// about them in other words. The same for the same facts and seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/recall_evidence/facts.h"

namespace katra::bench::evidence {

struct Note {
  std::string author;
  std::string content;
  bool begins_session = false;
};

enum class QuestionKind { kPlain, kAbbreviated, kMisspelled, kTwoFacts };

struct Question {
  QuestionKind kind = QuestionKind::kPlain;
  std::string query;
  std::vector<size_t> evidence;  // indices of the notes that answer it
};

// One word of six letters or more of a note, and the same with a letter left out, doubled, replaced
// or exchanged with the next.
struct Misspelling {
  size_t note = 0;
  std::string word;
  std::string misspelled;
};

struct Months {
  std::vector<Note> notes;  // in the order in which they were remembered
  std::vector<Question> questions;
  std::vector<Misspelling> misspellings;
};

[[nodiscard]] Months MakeMonths(const std::vector<Fact>& facts, uint64_t seed);

}  // namespace katra::bench::evidence
