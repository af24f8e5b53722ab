#include "tests/bench/recall_evidence/months.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <random>

namespace katra::bench::evidence {
namespace {

constexpr size_t kProjectsPerFact = 20;
constexpr size_t kLongWord = 6;  // letters
constexpr std::array kProjects = {"ledger", "checkout", "notifier", "atlas",   "beacon",
                                  "harbor", "quartz",   "falcon",   "meadow",  "pigeon",
                                  "cinder", "walnut",   "lantern",  "compass", "orchid",
                                  "puffin", "tundra",   "saffron",  "mosaic",  "glacier"};
constexpr std::array kPeople = {"Maya",  "Jonas", "Priya", "Tomas",
                                "Aisha", "Bruno", "Elena", "Kenji"};
constexpr std::array kAuthors = {"Dario", "Sam", "Ines", "Noor"};
constexpr std::array kSmallTalk = {
    "{w} is away until Thursday, ask {v} about the release in the meantime",
    "The retrospective moved to four o'clock; {w} brings the notes of last time",
    "{w} and {v} paired on the review today and left {n} comments",
    "Release {n} went out without trouble, the changelog was written by {w}",
    "Planning took {n} minutes; the tickets about logging and search wait for the next sprint",
    "{v} asked for a walk through the code next week, mainly the tests and the build"};

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Takes the long or the short form of each [long|short].
std::string Spelled(std::string text, bool shortened) {
  for (size_t open = text.find('['); open != std::string::npos; open = text.find('[', open)) {
    const size_t bar = text.find('|', open);
    const size_t close = text.find(']', open);
    const std::string form =
        shortened ? text.substr(bar + 1, close - bar - 1) : text.substr(open + 1, bar - open - 1);
    text.replace(open, close - open + 1, form);
    open += form.size();
  }
  return text;
}

std::vector<std::string> LongWords(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      continue;
    }
    if (word.size() >= kLongWord) words.push_back(word);
    word.clear();
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

class Maker {
 public:
  Maker(const std::vector<Fact>& facts, uint64_t seed) : facts_(facts), random_(seed) {}

  Months Make() {
    std::vector<std::vector<size_t>> facts_of(kProjects.size());
    for (size_t fact = 0; fact < facts_.size(); ++fact) {
      for (const size_t project : Shuffled(kProjects.size(), kProjectsPerFact)) {
        facts_of[project].push_back(fact);
      }
    }
    // Sessions of all projects, mixed as months mix them.
    std::vector<std::pair<size_t, std::vector<size_t>>> sessions;
    for (size_t project = 0; project < facts_of.size(); ++project) {
      std::shuffle(facts_of[project].begin(), facts_of[project].end(), random_);
      for (size_t at = 0; at < facts_of[project].size();) {
        const size_t end = std::min(facts_of[project].size(), at + 3 + Below(4));
        sessions.emplace_back(project,
                              std::vector<size_t>(facts_of[project].begin() + std::ptrdiff_t(at),
                                                  facts_of[project].begin() + std::ptrdiff_t(end)));
        at = end;
      }
    }
    std::shuffle(sessions.begin(), sessions.end(), random_);
    for (const auto& [project, of_session] : sessions) AddSession(kProjects[project], of_session);
    return std::move(months_);
  }

 private:
  size_t Below(size_t bound) { return random_() % bound; }

  std::vector<size_t> Shuffled(size_t count, size_t kept) {
    std::vector<size_t> order(count);
    for (size_t i = 0; i < count; ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    order.resize(kept);
    return order;
  }

  std::string Filled(std::string text) {
    text = Replaced(std::move(text), "{n}", std::to_string(2 + Below(90)));
    text = Replaced(std::move(text), "{w}", kPeople[Below(kPeople.size())]);
    return Replaced(std::move(text), "{v}", kPeople[Below(kPeople.size())]);
  }

  // Half of the later notes of a session do not name its project.
  size_t AddNote(const std::string& project, const std::string& author, std::string text,
                 bool begins) {
    const bool named = begins || Below(2) == 0;
    if (named) text = (Below(2) == 0 ? "In " + project + ": " : project + " - ") + text;
    months_.notes.push_back({author, Filled(std::move(text)), begins});
    return months_.notes.size() - 1;
  }

  void AddSession(const std::string& project, const std::vector<size_t>& of_session) {
    const std::string author = kAuthors[Below(kAuthors.size())];
    bool begins = true;
    std::string last_question;
    size_t last_note = 0;
    for (const size_t fact : of_session) {
      if (Below(3) == 0) {
        AddNote(project, author, kSmallTalk[Below(kSmallTalk.size())], begins);
        begins = false;
      }
      const bool shortened = Below(2) == 0;
      const std::string memory(facts_[fact].memory);
      const std::string asked(facts_[fact].question);
      const size_t note = AddNote(project, author, Spelled(memory, shortened), begins);
      begins = false;
      const std::string question = Spelled(asked, shortened);
      Ask(QuestionKind::kPlain, question + " in " + project, {note});
      if (asked.find('[') != std::string::npos) {
        Ask(QuestionKind::kAbbreviated, Spelled(asked, !shortened) + " in " + project, {note});
      }
      AskMisspelled(question + " in " + project, note);
      if (!last_question.empty()) {
        Ask(QuestionKind::kTwoFacts, last_question + " and " + question + " in " + project,
            {last_note, note});
      }
      last_question = last_question.empty() ? question : "";
      last_note = note;
      for (const std::string& word : LongWords(months_.notes[note].content)) {
        if (Below(3) == 0) months_.misspellings.push_back({note, word, Misspell(word)});
      }
    }
  }

  void Ask(QuestionKind kind, std::string query, std::vector<size_t> evidence) {
    months_.questions.push_back({kind, std::move(query), std::move(evidence)});
  }

  // Misspells a word that the question shares with the note, if there is one.
  void AskMisspelled(const std::string& question, size_t note) {
    const std::vector<std::string> known = LongWords(months_.notes[note].content);
    std::vector<std::string> shared;
    for (const std::string& word : LongWords(question)) {
      if (std::binary_search(known.begin(), known.end(), word)) shared.push_back(word);
    }
    if (shared.empty()) return;
    const std::string word = shared[Below(shared.size())];
    std::string misspelled = question;
    const size_t at = misspelled.find(word);
    if (at == std::string::npos) return;
    misspelled.replace(at, word.size(), Misspell(word));
    Ask(QuestionKind::kMisspelled, misspelled, {note});
  }

  std::string Misspell(std::string word) {
    const std::string before = word;
    while (word == before) {
      const size_t at = Below(word.size());
      const char letter = static_cast<char>('a' + Below(26));
      switch (Below(4)) {
        case 0:
          word.erase(at, 1);
          break;
        case 1:
          word.insert(at, 1, letter);
          break;
        case 2:
          word[at] = letter;
          break;
        default:
          if (at + 1 < word.size()) std::swap(word[at], word[at + 1]);
      }
    }
    return word;
  }

  const std::vector<Fact>& facts_;
  std::mt19937_64 random_;
  Months months_;
};

}  // namespace

Months MakeMonths(const std::vector<Fact>& facts, uint64_t seed) {
  return Maker(facts, seed).Make();
}

}  // namespace katra::bench::evidence
