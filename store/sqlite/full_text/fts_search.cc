#include "store/sqlite/full_text/fts_search.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "store/search/bm25.h"
#include "store/search/nearness.h"
#include "store/sqlite/full_text/fts_rank.h"
#include "store/sqlite/full_text/spellings.h"
#include "store/sqlite/full_text/word_parts.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr double kPartWeight = 0.3;  // weight of a longer word that contains the term
constexpr size_t kWordsWithPart = 6;
constexpr double kSpellingWeight = 0.8;  // weight of a known word instead of an unknown one
constexpr size_t kSpellings = 3;         // known words tried for one unknown word
constexpr int64_t kSynonymRows =
    3'000;                          // a phrase that stands for a word is found in at most these
constexpr size_t kNearRows = 50;    // best rows, which are ordered by nearness too
constexpr double kNearShare = 0.3;  // of the weight of two words that are next to each other
constexpr int64_t kRarePart = 2;    // a word in at most this many rows may be part of longer words
constexpr size_t kSurePart = 6;     // minimum length of such a word, unless no row has it
constexpr int64_t kPhraseWalk = 60'000;  // rows visited to find one phrase
// A key that a larger share of rows has is not worth selecting by.
constexpr double kSelectiveKey = 0.5;

struct Term {
  std::string match;
  double weight = 1;
  int64_t documents = 0;
  int place = 0;  // of its word in the query
};

struct Rough {
  int64_t id = 0;
  double score = 0;
  size_t frequencies = 0;  // start of the row's frequencies
  size_t occurrences = 0;  // start and end of the row's occurrences
  size_t occurrences_end = 0;
};

struct Precise {
  ScoredRow row;
  std::vector<float> terms;  // the score that each term adds
  size_t rough = 0;          // index of the row among the rough ones
};

bool IsBefore(const Precise& a, const Precise& b) {
  return a.row.score != b.row.score ? a.row.score > b.row.score : a.row.id > b.row.id;
}

struct StatementCloser {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

std::string JoinTerms(const std::vector<Term>& terms, const std::vector<size_t>& which) {
  std::string result;
  for (const size_t i : which) {
    if (!result.empty()) result += " OR ";
    result += terms[i].match;
  }
  return "(" + result + ")";
}

class Search {
 public:
  Search(Connection& connection, TermStatistics& statistics, const FtsTable& table,
         const FtsRequest& request)
      : connection_(connection), statistics_(statistics), table_(table), request_(request) {}

  FtsResult Run() {
    last_row_ = LastRow(connection_, table_);
    if (last_row_ == 0 || request_.query.terms.empty()) return std::move(result_);
    AddTerms();
    KeepRarest();
    const double share = SelectRequired();
    std::vector<int64_t> documents;
    for (const Term& term : terms_) {
      documents.push_back(static_cast<int64_t>(static_cast<double>(term.documents) * share));
    }
    const search::Plan plan = search::MakePlan(documents, last_row_, request_.limits);
    result_.complete = plan.complete && window_ == 0;
    result_.terms = terms_.size();
    for (const Term& term : terms_) {
      weights_.push_back(term.weight * search::InverseFrequency(term.documents, last_row_));
    }
    for (const search::Pass& pass : plan.passes) RunPass(pass);
    OrderRows();
    MeasureBest();
    AddNote(plan);
    return std::move(result_);
  }

 private:
  int64_t Count(const std::string& match) {
    return CountRows(connection_, statistics_, table_, match, last_row_);
  }

  void AddTerms() {
    const std::vector<search::QueryTerm>& terms = request_.query.terms;
    for (size_t i = 0; i < terms.size(); ++i) {
      const int place = terms[i].stands_for < 0 ? static_cast<int>(i) : terms[i].stands_for;
      AddTerm(terms[i], place);
    }
  }

  void AddTerm(const search::QueryTerm& term, int place) {
    if (term.phrase) {
      AddPhrase(term, place);
      return;
    }
    const std::string match = QuoteTokens(term.tokens);
    const int64_t documents = Count(match);
    terms_.push_back({match, term.weight, documents, place});
    const bool may_be_part =
        documents == 0 || (documents <= kRarePart && term.tokens.size() >= kSurePart);
    if (!term.word || !may_be_part) return;
    for (const std::string& word : FindWordsWith(connection_, term.tokens, kWordsWithPart)) {
      const std::string longer = QuoteTokens(word);
      terms_.push_back({longer, term.weight * kPartWeight, Count(longer), place});
    }
    if (documents == 0) AddSpellings(term, place);
  }

  // No text has the word: it may be misspelled.
  void AddSpellings(const search::QueryTerm& term, int place) {
    std::vector<Term> known;
    for (const std::string& word : FindSpellings(connection_, term.tokens)) {
      const std::string match = QuoteTokens(word);
      known.push_back({match, term.weight * kSpellingWeight, Count(match), place});
    }
    std::stable_sort(known.begin(), known.end(),
                     [](const Term& a, const Term& b) { return a.documents > b.documents; });
    if (known.size() > kSpellings) known.resize(kSpellings);
    terms_.insert(terms_.end(), known.begin(), known.end());
  }

  // A phrase occurs in at most as many rows as its rarest word, and finding it visits all rows of
  // that word.
  void AddPhrase(const search::QueryTerm& phrase, int place) {
    int64_t fewest = last_row_;
    for (size_t at = 0; at < phrase.tokens.size();) {
      const size_t end = std::min(phrase.tokens.find(' ', at), phrase.tokens.size());
      fewest = std::min(fewest, Count(QuoteTokens(phrase.tokens.substr(at, end - at))));
      at = end + 1;
    }
    const std::string match =
        std::string(table_.phrase_columns) + " : " + QuoteTokens(phrase.tokens);
    if (phrase.synonym && fewest > kSynonymRows) return;
    if (fewest > kPhraseWalk) {
      const auto window = static_cast<int64_t>(static_cast<double>(last_row_) * kPhraseWalk /
                                               static_cast<double>(fewest)) +
                          1;
      window_ = window_ == 0 ? window : std::min(window_, window);
      terms_.push_back({match, phrase.weight, fewest / 4 + 1, place});
      return;
    }
    const int64_t documents = fewest == 0 ? 0 : Count(match);
    if (documents > 0) {
      terms_.push_back({match, phrase.weight, documents, place});
      return;
    }
    // No public row has the phrase, but private rows of the viewer may.
    terms_.push_back({match, phrase.weight, 1, place});
    if (phrase.synonym) return;
    for (const search::QueryTerm& word : search::WordsOf(phrase)) AddTerm(word, place);
  }

  void KeepRarest() {
    std::unordered_set<std::string> seen;
    std::erase_if(terms_, [&](const Term& term) { return !seen.insert(term.match).second; });
    std::stable_sort(terms_.begin(), terms_.end(), [](const Term& a, const Term& b) {
      return (a.documents > 0) != (b.documents > 0) ? a.documents > 0 : a.documents < b.documents;
    });
    if (terms_.size() > request_.max_terms) terms_.resize(request_.max_terms);
  }

  // Builds the MATCH of required keys, and returns the approximate share of rows that have them.
  double SelectRequired() {
    double share = 1;
    for (const std::string& match : request_.required) {
      const double part =
          static_cast<double>(Count(match)) / static_cast<double>(std::max<int64_t>(last_row_, 1));
      if (part > kSelectiveKey) continue;  // checking each row is cheaper
      required_ += " AND (" + match + ")";
      share = std::min(share, part);
    }
    return share;
  }

  // Builds the MATCH of a pass, and which term each of its phrases stands for. Every term adds to
  // the score; those of the first group select the rows.
  std::string MatchOf(const search::Pass& pass, std::vector<int>* phrase_terms) const {
    std::string match = JoinTerms(terms_, pass.wanted);
    phrase_terms->assign(pass.wanted.size(), -1);
    if (!pass.also.empty()) {
      match += " AND " + JoinTerms(terms_, pass.also);
      phrase_terms->insert(phrase_terms->end(), pass.also.size(), -1);
    }
    std::vector<size_t> all(terms_.size());
    for (size_t i = 0; i < all.size(); ++i) {
      all[i] = i;
      phrase_terms->push_back(static_cast<int>(i));
    }
    if (pass.also.empty() && pass.wanted.size() == terms_.size()) {
      // Every term selects rows, so one list of terms is enough.
      phrase_terms->clear();
      for (const size_t i : pass.wanted) phrase_terms->push_back(static_cast<int>(i));
    } else {
      match += " AND " + JoinTerms(terms_, all);
    }
    return match + required_;
  }

  void RunPass(const search::Pass& pass) {
    RankJob job;
    const std::string match = MatchOf(pass, &job.phrase_terms);
    job.column_weights = table_.column_weights;
    if (request_.nearness && terms_.size() > 1) job.near_columns = table_.near_columns;
    job.terms = terms_.size();
    int64_t from = request_.id_from;
    const int64_t through = std::min(request_.id_through, last_row_);
    if (pass.window > 0) from = std::max(from, through - pass.window + 1);
    if (window_ > 0) from = std::max(from, through - window_ + 1);

    sqlite3_stmt* raw = nullptr;
    const char* sql = pass.newest ? table_.rank_newest : table_.rank;
    int status = sqlite3_prepare_v2(connection_.handle(), sql, -1, &raw, nullptr);
    const std::unique_ptr<sqlite3_stmt, StatementCloser> statement(raw);
    if (status != SQLITE_OK) throw SQLite::Exception(connection_.handle(), status);
    sqlite3_bind_text(raw, 1, match.data(), static_cast<int>(match.size()), SQLITE_STATIC);
    sqlite3_bind_pointer(raw, 2, &job, RankJob::kPointerType, nullptr);
    sqlite3_bind_int64(raw, 3, from);
    sqlite3_bind_int64(raw, 4, through);
    // The work must stay bounded even if a frequency was estimated wrongly.
    const int64_t limit = pass.limit > 0 ? pass.limit : 2 * request_.limits.ranked_rows;
    while ((status = sqlite3_step(raw)) == SQLITE_ROW) {
      if (static_cast<int64_t>(job.ids.size()) < limit) continue;
      result_.complete = false;
      break;
    }
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
      throw SQLite::Exception(connection_.handle(), status);
    }
    result_.ranked += static_cast<int64_t>(job.ids.size());
    average_length_ = job.average_length;
    Merge(job);
  }

  // Scores the rows as if all had average length.
  void Merge(const RankJob& job) {
    for (size_t row = 0; row < job.ids.size(); ++row) {
      if (!seen_.insert(job.ids[row]).second) continue;
      const auto first = job.frequencies.begin() + static_cast<std::ptrdiff_t>(row * job.terms);
      double score = 0;
      for (size_t term = 0; term < job.terms; ++term) {
        score += search::ScoreTerm(weights_[term], first[static_cast<std::ptrdiff_t>(term)], 1);
      }
      const size_t end =
          row + 1 < job.ids.size() ? job.occurrence_starts[row + 1] : job.occurrences.size();
      const size_t before = occurrences_.size();
      occurrences_.insert(
          occurrences_.end(),
          job.occurrences.begin() + static_cast<std::ptrdiff_t>(job.occurrence_starts[row]),
          job.occurrences.begin() + static_cast<std::ptrdiff_t>(end));
      rough_.push_back({job.ids[row], score, frequencies_.size(), before, occurrences_.size()});
      frequencies_.insert(frequencies_.end(), first,
                          first + static_cast<std::ptrdiff_t>(job.terms));
    }
  }

  void OrderRows() {
    std::sort(rough_.begin(), rough_.end(), [](const Rough& a, const Rough& b) {
      return a.score != b.score ? a.score > b.score : a.id > b.id;
    });
    result_.precise = std::min(rough_.size(), request_.precise_rows);
  }

  // Scores the best rows with their real lengths, each of which costs a read from disk.
  void MeasureBest() {
    std::vector<Precise> best(result_.precise);
    for (size_t i = 0; i < best.size(); ++i) {
      const double length = LengthOf(rough_[i].id) / std::max(average_length_, 1.0);
      best[i].row.id = rough_[i].id;
      best[i].rough = i;
      for (size_t term = 0; term < weights_.size(); ++term) {
        const double score =
            search::ScoreTerm(weights_[term], frequencies_[rough_[i].frequencies + term], length);
        best[i].row.score += score;
        best[i].terms.push_back(static_cast<float>(score));
      }
    }
    std::sort(best.begin(), best.end(), &IsBefore);
    AddNearness(&best);
    result_.rows.reserve(rough_.size());
    for (const Precise& row : best) {
      result_.rows.push_back(row.row);
      result_.term_scores.insert(result_.term_scores.end(), row.terms.begin(), row.terms.end());
    }
    const double lowest = best.empty() ? 0 : best.back().row.score;
    for (size_t i = best.size(); i < rough_.size(); ++i) {
      result_.rows.push_back({rough_[i].id, std::min(rough_[i].score, lowest)});
    }
  }

  // Raises the best rows in which the query's words are near to each other, in its order.
  void AddNearness(std::vector<Precise>* best) {
    if (!request_.nearness || terms_.size() < 2) return;
    std::vector<int> places;
    for (const Term& term : terms_) places.push_back(term.place);
    const size_t count = std::min(best->size(), kNearRows);
    for (size_t i = 0; i < count; ++i) {
      Precise& row = (*best)[i];
      const Rough& rough = rough_[row.rough];
      std::vector<search::Occurrence> occurrences(
          occurrences_.begin() + static_cast<std::ptrdiff_t>(rough.occurrences),
          occurrences_.begin() + static_cast<std::ptrdiff_t>(rough.occurrences_end));
      row.row.score += kNearShare * search::ScoreNearness(&occurrences, weights_, places);
    }
    std::sort(best->begin(), best->begin() + static_cast<std::ptrdiff_t>(count), &IsBefore);
  }

  // The number of tokens of the row, weighted by column.
  double LengthOf(int64_t id) {
    Query query = connection_.Prepare(table_.sizes);
    if (!query.Bind(id)->executeStep()) return 0;
    const SQLite::Column sizes = query->getColumn(0);
    const auto* at = static_cast<const unsigned char*>(sizes.getBlob());
    const unsigned char* const end = at + sizes.getBytes();
    double length = 0;
    for (const double weight : table_.column_weights) {
      // An SQLite varint: seven bits per byte, most significant first. These values are far below
      // 2^56.
      int64_t tokens = 0;
      while (at != end && (*at & 0x80) != 0) tokens = (tokens << 7) | (*at++ & 0x7F);
      if (at != end) tokens = (tokens << 7) | *at++;
      length += weight * static_cast<double>(tokens);
    }
    return length;
  }

  void AddNote(const search::Plan& plan) {
    const bool all_common = !plan.passes.empty() && plan.passes.front().newest;
    if (result_.complete || !(all_common || window_ > 0)) return;
    if (!result_.note.empty()) result_.note += "; ";
    result_.note +=
        "the words of the query are very common, so only the newest texts were compared: add a "
        "rarer word";
  }

  Connection& connection_;
  TermStatistics& statistics_;
  const FtsTable& table_;
  const FtsRequest& request_;
  int64_t last_row_ = 0;
  int64_t window_ = 0;
  std::vector<Term> terms_;
  std::vector<double> weights_;  // of each term
  std::string required_;
  std::unordered_set<int64_t> seen_;
  std::vector<Rough> rough_;
  std::vector<float> frequencies_;  // `terms` values for each row of rough_
  std::vector<search::Occurrence> occurrences_;
  double average_length_ = 0;
  FtsResult result_;
};

}  // namespace

FtsResult RankRows(Connection& connection, TermStatistics& statistics, const FtsTable& table,
                   const FtsRequest& request) {
  return Search(connection, statistics, table, request).Run();
}

}  // namespace katra::store::sqlite::full_text
