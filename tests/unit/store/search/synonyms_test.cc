// Which words a query also looks for.
#include "store/search/synonyms.h"

#include <string>
#include <vector>

#include "tests/support/cpp/catch.h"

namespace katra::store::search {
namespace {

std::vector<std::string> Added(const Synonyms& synonyms, const std::string& query) {
  ParsedQuery parsed = ParseQuery(query);
  const size_t own = parsed.terms.size();
  synonyms.Expand(query, &parsed);
  std::vector<std::string> added;
  for (size_t i = own; i < parsed.terms.size(); ++i) {
    CHECK(parsed.terms[i].synonym);
    CHECK(parsed.terms[i].weight < 0.5);
    added.push_back(parsed.terms[i].phrase ? "[" + parsed.terms[i].tokens + "]"
                                           : parsed.terms[i].tokens);
  }
  return added;
}

using Terms = std::vector<std::string>;

}  // namespace

TEST_CASE("a list has one group a line") {
  Synonyms synonyms;
  synonyms.AddList(
      "# comment = text\n\nk8s = kubernetes\n  CI = continuous integration  \nalone\n=\n");
  CHECK(Added(synonyms, "k8s") == Terms{"kubernetes"});
  CHECK(Added(synonyms, "Kubernetes") == Terms{"k8s"});
  CHECK(Added(synonyms, "ci") == Terms{"[continuous integration]"});
  CHECK(Added(synonyms, "the continuous integration") == Terms{"ci"});
  CHECK(Added(synonyms, "comment alone").empty());
}

TEST_CASE("a word of the query is not added again") {
  Synonyms synonyms;
  synonyms.AddList("db = database = datastore");
  CHECK(Added(synonyms, "db database") == Terms{"datastore"});
}

TEST_CASE("a plural is looked up by its singular") {
  Synonyms synonyms;
  synonyms.AddList("db = database");
  CHECK(Added(synonyms, "databases") == Terms{"db"});
}

TEST_CASE("long queries are left as they are, and few words are added to others") {
  Synonyms synonyms;
  synonyms.AddList("one = uno\ntwo = dos\nthree = tres = trois = drei = tri\nfour = vier = cuatro");
  CHECK(Added(synonyms, "one two three four").size() == 8);
  CHECK(Added(synonyms, "one a1 a2 a3 a4 a5 a6 a7 a8 a9").empty());
}

TEST_CASE("names are as they are written") {
  const Synonyms& synonyms = Synonyms::BuiltIn();
  CHECK(Added(synonyms, "C++ .NET").empty());
  CHECK(Added(synonyms, "k8s") == Terms{"kubernetes", "kube"});
}

}  // namespace katra::store::search
