#include "store/sqlite/fts_search.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "store/sqlite/word_parts.h"

namespace katra::store::sqlite {
namespace {

constexpr int64_t kCountedRows = 3'000;  // of one term; beyond these its frequency is estimated
constexpr double kPartWeight = 0.3;      // of a longer word that has the term in it
constexpr size_t kWordsWithPart = 6;
constexpr int64_t kRarePart = 2;         // a word in no more rows than this may be a part of others
constexpr size_t kSurePart = 6;          // characters of such a word, unless it is in no row at all
constexpr int64_t kPhraseWalk = 60'000;  // rows walked through to find one phrase
constexpr int64_t kVisitedRows = 50'000;  // of a list of the newest
constexpr double kSelectiveKey = 0.5;  // a key that more rows than this share have selects nothing

struct Term {
  std::string match;
  double weight = 1;
  int64_t documents = 0;
};

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
    for (const search::QueryTerm& term : request_.query.terms) AddTerm(term);
    KeepRarest();
    const double share = SelectRequired();
    std::vector<int64_t> documents;
    for (const Term& term : terms_) {
      documents.push_back(static_cast<int64_t>(static_cast<double>(term.documents) * share));
    }
    const search::Plan plan = search::MakePlan(documents, last_row_, request_.limits);
    result_.complete = plan.complete && window_ == 0;
    result_.terms = terms_.size();
    for (const search::Pass& pass : plan.passes) RunPass(pass);
    Finish(plan);
    return std::move(result_);
  }

 private:
  int64_t Count(const std::string& match) {
    return CountRows(connection_, statistics_, table_, match, last_row_);
  }

  void AddTerm(const search::QueryTerm& term) {
    if (term.phrase) {
      AddPhrase(term);
      return;
    }
    const std::string match = QuoteTokens(term.tokens);
    const int64_t documents = Count(match);
    terms_.push_back({match, term.weight, documents});
    const bool may_be_part =
        documents == 0 || (documents <= kRarePart && term.tokens.size() >= kSurePart);
    if (!term.word || !may_be_part) return;
    for (const std::string& word : FindWordsWith(connection_, term.tokens, kWordsWithPart)) {
      const std::string longer = QuoteTokens(word);
      terms_.push_back({longer, term.weight * kPartWeight, Count(longer)});
    }
  }

  // A phrase is as rare as its rarest word at most; finding it walks through all rows of that word.
  void AddPhrase(const search::QueryTerm& phrase) {
    int64_t fewest = last_row_;
    for (size_t at = 0; at < phrase.tokens.size();) {
      const size_t end = std::min(phrase.tokens.find(' ', at), phrase.tokens.size());
      fewest = std::min(fewest, Count(QuoteTokens(phrase.tokens.substr(at, end - at))));
      at = end + 1;
    }
    const std::string match =
        std::string(table_.phrase_columns) + " : " + QuoteTokens(phrase.tokens);
    if (fewest > kPhraseWalk) {
      const auto window = static_cast<int64_t>(static_cast<double>(last_row_) * kPhraseWalk /
                                               static_cast<double>(fewest)) +
                          1;
      window_ = window_ == 0 ? window : std::min(window_, window);
      terms_.push_back({match, phrase.weight, fewest / 4 + 1});
      return;
    }
    const int64_t documents = fewest == 0 ? 0 : Count(match);
    if (documents > 0) {
      terms_.push_back({match, phrase.weight, documents});
      return;
    }
    // Nobody else has said so; the viewer may have, in private.
    terms_.push_back({match, phrase.weight, 1});
    for (const search::QueryTerm& word : search::WordsOf(phrase)) AddTerm(word);
  }

  void KeepRarest() {
    std::unordered_set<std::string> seen;
    std::erase_if(terms_, [&](const Term& term) { return !seen.insert(term.match).second; });
    std::stable_sort(terms_.begin(), terms_.end(), [](const Term& a, const Term& b) {
      return (a.documents > 0) != (b.documents > 0) ? a.documents > 0 : a.documents < b.documents;
    });
    if (terms_.size() > request_.max_terms) terms_.resize(request_.max_terms);
  }

  // Makes the MATCH of what rows must have; returns what share of the rows has it, about.
  double SelectRequired() {
    double share = 1;
    for (const std::string& match : request_.required) {
      const double part =
          static_cast<double>(Count(match)) / static_cast<double>(std::max<int64_t>(last_row_, 1));
      if (part > kSelectiveKey) continue;  // cheaper to look at each row found
      required_ += " AND (" + match + ")";
      share = std::min(share, part);
    }
    return share;
  }

  // The MATCH of a pass, and which term each of its phrases is. Every term adds to the score; those
  // of the first group bring the rows in.
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
      // Every term brings rows in: one list of them is enough.
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
    job.keep_term_scores = request_.keep_term_scores;
    for (const Term& term : terms_) {
      job.term_weights.push_back(term.weight * search::InverseFrequency(term.documents, last_row_));
    }
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
    // A wrong estimate of a frequency must not make the work unbounded either.
    const int64_t limit = pass.limit > 0 ? pass.limit : 2 * request_.limits.ranked_rows;
    while ((status = sqlite3_step(raw)) == SQLITE_ROW) {
      if (static_cast<int64_t>(job.rows.size()) < limit) continue;
      result_.complete = false;
      break;
    }
    if (status != SQLITE_ROW && status != SQLITE_DONE) {
      throw SQLite::Exception(connection_.handle(), status);
    }
    result_.ranked += static_cast<int64_t>(job.rows.size());
    Merge(job);
  }

  void Merge(const RankJob& job) {
    for (size_t i = 0; i < job.rows.size(); ++i) {
      if (!seen_.insert(job.rows[i].id).second) continue;
      result_.rows.push_back(job.rows[i]);
      if (!request_.keep_term_scores) continue;
      const auto first = job.term_scores.begin() + static_cast<std::ptrdiff_t>(i * terms_.size());
      result_.term_scores.insert(result_.term_scores.end(), first,
                                 first + static_cast<std::ptrdiff_t>(terms_.size()));
    }
  }

  void Finish(const search::Plan& plan) {
    const bool all_common = !plan.passes.empty() && plan.passes.front().newest;
    if (result_.complete || !(all_common || window_ > 0)) return;
    if (!result_.note.empty()) result_.note += "; ";
    result_.note +=
        "the words of the query are in very many texts, so that only the newest of these were "
        "compared: add a rarer word";
  }

  Connection& connection_;
  TermStatistics& statistics_;
  const FtsTable& table_;
  const FtsRequest& request_;
  int64_t last_row_ = 0;
  int64_t window_ = 0;
  std::vector<Term> terms_;
  std::string required_;
  std::unordered_set<int64_t> seen_;
  FtsResult result_;
};

}  // namespace

std::string QuoteTokens(const std::string& tokens) { return "\"" + tokens + "\""; }

std::string MatchKey(const std::string& key) { return "keys : " + QuoteTokens(key); }

bool VisitNewest(Connection& connection, const FtsTable& table,
                 const std::vector<std::string>& matches, int64_t from, int64_t through,
                 const std::function<bool(int64_t id)>& visit) {
  std::string all;
  for (const std::string& match : matches) all += (all.empty() ? "(" : " AND (") + match + ")";
  Query query = connection.Prepare(all.empty() ? table.all : table.matching);
  query.Bind(from, through);
  if (!all.empty()) query->bind(3, all);
  for (int64_t visited = 0; query->executeStep(); ++visited) {
    if (visited == kVisitedRows) return false;
    if (!visit(query->getColumn(0).getInt64())) break;
  }
  return true;
}

int64_t LastRow(Connection& connection, const FtsTable& table) {
  Query query = connection.Prepare(table.last_row);
  return query->executeStep() ? query->getColumn(0).getInt64() : 0;
}

int64_t CountRows(Connection& connection, TermStatistics& statistics, const FtsTable& table,
                  const std::string& match, int64_t last_row) {
  const std::string key = table.name + (' ' + match);
  if (const auto known = statistics.Find(key, last_row)) return *known;
  Query query = connection.Prepare(table.count);
  query.Bind("(" + match + ") NOT (" + MatchKey(kHiddenKey) + ")", kCountedRows)->executeStep();
  int64_t documents = query->getColumn(0).getInt64();
  if (documents >= kCountedRows) {
    const int64_t first = query->getColumn(1).getInt64();
    const int64_t last = query->getColumn(2).getInt64();
    const double density = static_cast<double>(documents) / static_cast<double>(last - first + 1);
    documents += static_cast<int64_t>(density * static_cast<double>(last_row - last));
  }
  statistics.Put(key, last_row, documents);
  return documents;
}

FtsResult RankRows(Connection& connection, TermStatistics& statistics, const FtsTable& table,
                   const FtsRequest& request) {
  return Search(connection, statistics, table, request).Run();
}

}  // namespace katra::store::sqlite
