// recall_evidence [--tune] [--misses]: how often recall finds the memories that answer a question,
// and words that are misspelled, among invented months of work. A report, not a test. Without
// --tune it reports on the held-out part, on which no constant may be chosen; --misses also prints
// the questions whose evidence was not found.
#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "core/ids.h"
#include "store/sqlite/open.h"
#include "tests/bench/recall_evidence/months.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::bench::evidence {
namespace {

constexpr uint64_t kSeed = 12;
constexpr int kDepth = 10;
constexpr int kTypoDepth = 5;

template <typename T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

struct Score {
  double recall = 0;
  double reciprocal = 0;
  int questions = 0;
};

class Evaluation {
 public:
  explicit Evaluation(Months months) : months_(std::move(months)) {
    store_ = Must(
        store::sqlite::OpenSqliteStore(home_.path(), {&clock_, &random_}, store::CallContext()));
    store::SessionId session = 0;
    for (const Note& note : months_.notes) {
      if (note.begins_session) {
        clock_.Advance(std::chrono::hours(7));
        session = Open(note.author);
      }
      clock_.Advance(std::chrono::minutes(4));
      store::RememberRequest request;
      request.session = session;
      request.content = note.content;
      request.another = true;
      ids_.push_back(Must(store_->Remember(request, store::CallContext())).id);
    }
    asker_ = Open("Asker");
  }

  void ReportQuestions(bool misses) {
    std::map<std::string, Score> scores;
    for (const Question& question : months_.questions) {
      const std::vector<store::MemoryId> found = Recall(question.query, kDepth);
      double hits = 0;
      double reciprocal = 0;
      for (const size_t note : question.evidence) {
        for (size_t rank = 0; rank < found.size(); ++rank) {
          if (found[rank] != ids_[note]) continue;
          ++hits;
          reciprocal = std::max(reciprocal, 1.0 / static_cast<double>(rank + 1));
        }
        if (misses && hits == 0) {
          std::printf("missed: %s\n    %s\n", question.query.c_str(),
                      months_.notes[note].content.c_str());
        }
      }
      for (const char* name : {NameOf(question.kind), "all"}) {
        Score& score = scores[name];
        score.recall += hits / static_cast<double>(question.evidence.size());
        score.reciprocal += reciprocal;
        ++score.questions;
      }
    }
    std::printf("%zu memories\n%-14s %9s %9s %9s\n", ids_.size(), "questions", "number",
                "recall@10", "MRR");
    for (const auto& [name, score] : scores) {
      std::printf("%-14s %9d %9.3f %9.3f\n", name.c_str(), score.questions,
                  score.recall / score.questions, score.reciprocal / score.questions);
    }
  }

  // Of the words that find their memory among the first five, how many do so misspelled?
  void ReportMisspellings(bool misses) {
    int asked = 0;
    int found = 0;
    for (const Misspelling& typo : months_.misspellings) {
      if (!Finds(typo.word, typo.note)) continue;
      ++asked;
      if (Finds(typo.misspelled, typo.note)) {
        ++found;
      } else if (misses) {
        std::printf("missed: %s for %s\n", typo.misspelled.c_str(), typo.word.c_str());
      }
    }
    std::printf("misspelled words found among the first five: %d of %d (%.1f %%)\n", found, asked,
                100.0 * found / std::max(asked, 1));
  }

 private:
  static const char* NameOf(QuestionKind kind) {
    switch (kind) {
      case QuestionKind::kPlain:
        return "plain";
      case QuestionKind::kAbbreviated:
        return "abbreviated";
      case QuestionKind::kMisspelled:
        return "misspelled";
      case QuestionKind::kTwoFacts:
        return "two facts";
    }
    return "";
  }

  store::SessionId Open(const std::string& persona) {
    store::SessionStart start;
    start.persona = persona;
    return Must(store_->OpenSession(start, store::CallContext())).id;
  }

  std::vector<store::MemoryId> Recall(const std::string& query, int limit) {
    store::RecallRequest request;
    request.session = asker_;
    request.query = query;
    request.limit = limit;
    std::vector<store::MemoryId> ids;
    const store::RecallReply reply = Must(store_->Recall(request, store::CallContext()));
    for (const store::RecallHit& hit : reply.hits) ids.push_back(hit.memory->id);
    return ids;
  }

  bool Finds(const std::string& query, size_t note) {
    const std::vector<store::MemoryId> ids = Recall(query, kTypoDepth);
    return std::find(ids.begin(), ids.end(), ids_[note]) != ids.end();
  }

  Months months_;
  testing::TempHome home_;
  testing::ManualClock clock_;
  SystemRandom random_;
  std::unique_ptr<store::Store> store_;
  std::vector<store::MemoryId> ids_;
  store::SessionId asker_ = 0;
};

}  // namespace
}  // namespace katra::bench::evidence

int main(int argc, char** argv) {
  using namespace katra::bench::evidence;  // NOLINT: its own program
  std::set<std::string> options(argv + 1, argv + argc);
  const bool tune = options.erase("--tune") > 0;
  const bool misses = options.erase("--misses") > 0;
  if (!options.empty()) {
    std::fputs("usage: recall_evidence [--tune] [--misses]\n", stderr);
    return 2;
  }
  try {
    std::printf("%s part\n", tune ? "tuning" : "held-out");
    Evaluation evaluation(MakeMonths(tune ? TuningFacts() : HeldOutFacts(), kSeed));
    evaluation.ReportQuestions(misses);
    evaluation.ReportMisspellings(misses);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the benchmark broke off: %s\n", error.what());
    return 1;
  }
  return 0;
}
