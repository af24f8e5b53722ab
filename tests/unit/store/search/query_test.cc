// What becomes of a reader's question, and how the work to answer it is bounded.
#include <numeric>
#include <string>
#include <vector>

#include "store/search/plan.h"
#include "store/search/query.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::search {
namespace {

std::vector<std::string> TermsOf(const std::string& query,
                                 const std::vector<std::string>& leave_out = {}) {
  std::vector<std::string> terms;
  for (const QueryTerm& term : ParseQuery(query, leave_out).terms) {
    terms.push_back(term.phrase ? "[" + term.tokens + "]" : term.tokens);
  }
  return terms;
}

using Terms = std::vector<std::string>;

}  // namespace

TEST_CASE("a question becomes its content words, each once") {
  CHECK(TermsOf("What is the name of the hamster, the name?") == Terms{"name", "hamster"});
}

TEST_CASE("when a question has only stop words, they are its terms") {
  CHECK(TermsOf("to be or not to be") == Terms{"to", "be", "or", "not"});
}

TEST_CASE("quoted words are a phrase") {
  CHECK(TermsOf("\"the write lock\" waits") == Terms{"[the write lock]", "waits"});
  CHECK(TermsOf("\u201Cwrite lock\u201D") == Terms{"[write lock]"});
  CHECK(TermsOf("\"lock\"") == Terms{"lock"});
  CHECK(TermsOf("an \"open quote here") == Terms{"open", "quote"});
  CHECK(TermsOf("\"\" \"!\"").empty());
}

TEST_CASE("an identifier is looked for whole and by its parts") {
  CHECK(TermsOf("getUserName") == Terms{"get", "user", "name", "getusername"});
}

TEST_CASE("nothing of the query languages around survives") {
  CHECK(TermsOf("a* NEAR(b, 5) AND -c ^d {e f}: \"g") ==
        Terms{"near", "b", "5", "c", "e", "f", "g"});
}

TEST_CASE("names may be left out") {
  CHECK(NamesIn("What did Sam say to Mary-Ann? Sam!") ==
        Terms{"What", "did", "Sam", "say", "to", "Mary-Ann"});
  CHECK(TermsOf("What did Sam say about Sammy?", {"Sam"}) == Terms{"say", "sammy"});
}

TEST_CASE("a blank query is told from one without words") {
  CHECK(ParseQuery(" \n\t").blank);
  CHECK_FALSE(ParseQuery("?!").blank);
  CHECK(ParseQuery("?!").terms.empty());
}

TEST_CASE("a query of any size has a bounded number of terms") {
  std::string query;
  for (int i = 0; i < 20'000; ++i) query += "word" + std::to_string(i) + "x ";
  CHECK(ParseQuery(query).terms.size() <= kMaxQueryTerms);
  CHECK(ParseQuery(std::string(65'536, '"')).terms.empty());
}

TEST_CASE("the words of a text that say most about it come first") {
  const ParsedQuery likeness =
      ParseLikeness("The cache of the compiler: a compiler cache is fast, and the cache is small.");
  REQUIRE(likeness.terms.size() == 4);
  CHECK(likeness.terms[0].tokens == "compiler");
  CHECK(likeness.terms[1].tokens == "cache");
}

TEST_CASE("rare terms bring all their rows in") {
  const Plan plan = MakePlan({10, 300, 4}, 1'000'000, {});
  REQUIRE(plan.passes.size() == 1);
  CHECK(plan.passes[0].wanted.size() == 3);
  CHECK(plan.complete);
}

TEST_CASE("a common term beside a rare one brings no rows in") {
  const Plan plan = MakePlan({500'000, 4'000}, 1'000'000, {});
  REQUIRE(plan.passes.size() == 1);
  CHECK(plan.passes[0].wanted == std::vector<size_t>{1});
  CHECK_FALSE(plan.complete);
}

TEST_CASE("a very rare term is topped up with rows of common ones") {
  const WorkLimits limits;
  const Plan plan = MakePlan({500'000, 3}, 1'000'000, limits);
  REQUIRE(plan.passes.size() == 2);
  CHECK(plan.passes[0].wanted == std::vector<size_t>{1});
  CHECK(plan.passes[1].wanted == std::vector<size_t>{0});
  CHECK(plan.passes[1].limit == limits.top_up_rows);
}

TEST_CASE("when all terms are common, bounded passes look at the newest rows") {
  const WorkLimits limits;
  const Plan plan = MakePlan({900'000, 400'000, 600'000}, 1'000'000, limits);
  REQUIRE(plan.passes.size() == 2);
  CHECK(plan.passes[0].wanted == std::vector<size_t>{1});
  CHECK(plan.passes[0].also.size() == 2);
  CHECK(plan.passes[0].window <= 1'000'000 * limits.compared_rows / 400'000 + 1);
  int64_t ranked = 0;
  for (const Pass& pass : plan.passes) {
    CHECK(pass.newest);
    REQUIRE(pass.limit > 0);
    ranked += pass.limit;
  }
  CHECK(ranked <= limits.ranked_rows);
}

TEST_CASE("a rarer term says more") {
  CHECK(InverseFrequency(1, 1000) > InverseFrequency(10, 1000));
  CHECK(InverseFrequency(1000, 1000) >= 0);
  CHECK(InverseFrequency(2000, 1000) >= 0);
}

}  // namespace katra::store::search
