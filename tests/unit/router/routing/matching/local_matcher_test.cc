// What the local matcher answers.
#include "router/routing/matching/local_matcher.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>

#include "tests/support/cpp/catch.h"

using namespace katra::router::routing;  // NOLINT: a test file

namespace {

LocalMatcher Coding() {
  auto matcher = LocalMatcher::Make({
      {"code_generation", "writing new functions, features and scripts", {}},
      {"bug_fixing", "finding and fixing errors, crashes and failing tests", {}},
      {"code_explanation", "explaining how existing code works", {}},
      {"testing", "writing unit tests and fixtures", {}},
      {"devops", "deployment, containers, CI and servers", {}},
  });
  REQUIRE(matcher);
  return *std::move(matcher);
}

LocalMatcher Library() {
  auto matcher = LocalMatcher::Make({
      {"renew_loan", "the reader wants to keep a borrowed book for longer", {}},
      {"lost_card", "a reader's library card was lost or stolen", {}},
      {"opening_hours", "when the library is open", {}},
  });
  REQUIRE(matcher);
  return *std::move(matcher);
}

std::string Name(const RouteMatch& match) {
  return match.route ? std::to_string(*match.route) : "other";
}

}  // namespace

TEST_CASE("a request goes to the route whose kind of work it is", "[matcher]") {
  const LocalMatcher matcher = Coding();
  CHECK(Name(matcher.Match({"the app crashes when I open the settings", ""})) == "1");
  CHECK(Name(matcher.Match({"write unit tests for the date parser", ""})) == "3");
  CHECK(Name(matcher.Match({"explain what this function does", ""})) == "2");
  CHECK(Name(matcher.Match({"set up a github action that deploys to the server", ""})) == "4");
}

TEST_CASE("what belongs to no route is other", "[matcher]") {
  const LocalMatcher matcher = Coding();
  CHECK(Name(matcher.Match({"what should I cook for dinner tonight", ""})) == "other");
  CHECK(Name(matcher.Match({"thanks!", ""})) == "other");
}

TEST_CASE("a follow-up is read with the turn before it", "[matcher]") {
  const LocalMatcher matcher = Coding();
  const auto alone = matcher.Match({"now the same for the other one", ""});
  const auto behind =
      matcher.Match({"now the same for the other one", "write unit tests for the date parser"});
  CHECK(behind.scores[3] > alone.scores[3]);
  CHECK(Name(behind) == "3");
}

TEST_CASE("the scores add up to one and the answer's is the largest", "[matcher]") {
  const LocalMatcher matcher = Coding();
  for (const char* text : {"", "fix it", "\xFF\xFE", "今日は", "x"}) {
    CAPTURE(text);
    const auto match = matcher.Match({text, ""});
    REQUIRE(match.scores.size() == 6);
    CHECK(std::accumulate(match.scores.begin(), match.scores.end(), 0.0) == Approx(1.0));
    for (const double score : match.scores) CHECK(score <= match.score);
  }
}

TEST_CASE("routes that are not about software are told apart by their words", "[matcher]") {
  const LocalMatcher matcher = Library();
  CHECK(Name(matcher.Match({"somebody stole my library card", ""})) == "1");
  CHECK(Name(matcher.Match({"is the library open on sunday", ""})) == "2");
}

TEST_CASE("an example teaches what the description does not say", "[matcher]") {
  LocalMatcher matcher = Library();
  const UserTurn turn{"my budgie ate the barcode", ""};
  const auto before = matcher.Match(turn);
  matcher.AddExamples({{1, "the barcode was eaten by my budgie"}});
  const auto after = matcher.Match(turn);
  CHECK(Name(after) == "1");
  CHECK(after.scores[1] > before.scores[1]);
}

TEST_CASE("an example of other takes its like away from the routes", "[matcher]") {
  LocalMatcher matcher = Coding();
  const UserTurn turn{"translate the contract with the landlord", ""};
  const auto before = matcher.Match(turn);
  matcher.AddExamples({{std::nullopt, "translate the contract with the tenant"}});
  const auto after = matcher.Match(turn);
  CHECK(after.scores.back() > before.scores.back());
  CHECK(Name(after) == "other");
}

TEST_CASE("examples decide between routes whose descriptions say the same", "[matcher]") {
  auto matcher =
      LocalMatcher::Make({{"north", "the tenant wants something in the flat repaired", {}},
                          {"south", "the tenant wants something in the flat repaired", {}},
                          {"west", "the tenant wants something in the flat repaired", {}}});
  REQUIRE(matcher);
  matcher->AddExamples({{0, "the tap drips"},
                        {0, "my sink is clogged"},
                        {0, "water under the boiler"},
                        {1, "the lamp flickers"},
                        {1, "no power in the kitchen"},
                        {1, "the fuse blows at night"},
                        {2, "the door squeaks"},
                        {2, "I cannot lock the window"},
                        {2, "the hinge is loose"}});
  const auto likeliest = [&matcher](const char* text) {
    const auto scores = matcher->Match({text, ""}).scores;
    return std::max_element(scores.begin(), scores.end() - 1) - scores.begin();
  };
  CHECK(likeliest("our sink drips") == 0);
  CHECK(likeliest("a fuse, and now no power") == 1);
  CHECK(likeliest("the window's hinge squeaks") == 2);
}

TEST_CASE("examples of routes take nothing away from other", "[matcher]") {
  LocalMatcher matcher = Coding();
  const UserTurn turn{"what should I cook for dinner tonight", ""};
  const auto before = matcher.Match(turn);
  std::vector<RouteExample> examples;
  for (size_t route = 0; route < matcher.routes(); ++route) {
    for (int i = 0; i < 10; ++i)
      examples.push_back({route, "what should I do with the dinner app"});
  }
  matcher.AddExamples(examples);
  const auto after = matcher.Match(turn);
  CHECK(Name(after) == "other");
  CHECK(after.score > 0.8 * before.score);
}

TEST_CASE("the same examples give the same answer, whether taught or configured", "[matcher]") {
  const std::vector<RouteText> bare = {{"build", "writing code", {}},
                                       {"debug", "finding bugs", {}}};
  auto configured = bare;
  configured[0].examples = {"a script that sorts", "add a flag"};
  configured[1].examples = {"it crashes", "wrong sum"};
  auto taught = LocalMatcher::Make(bare);
  const auto made = LocalMatcher::Make(configured);
  REQUIRE(taught);
  REQUIRE(made);
  taught->AddExamples(
      {{0, "a script that sorts"}, {0, "add a flag"}, {1, "it crashes"}, {1, "wrong sum"}});
  const UserTurn turn{"the flag crashes it", ""};
  CHECK(taught->Match(turn).scores == made->Match(turn).scores);
}

TEST_CASE("a request that was taught word for word goes where it was taught", "[matcher]") {
  LocalMatcher matcher = Coding();
  const std::string words = "zorblax the quux frobnicator";
  CHECK(Name(matcher.Match({words, ""})) == "other");
  matcher.AddExamples({{4, words}});
  CHECK(Name(matcher.Match({" Zorblax the quux frobnicator\n", ""})) == "4");
  CHECK(Name(matcher.Match({words, "fix the bug"})) == "4");
  const auto scores = matcher.Match({words, ""}).scores;
  CHECK(std::accumulate(scores.begin(), scores.end(), 0.0) == Approx(1.0));
  matcher.AddExamples({{std::nullopt, words}, {std::nullopt, words}});
  CHECK(Name(matcher.Match({words, ""})) == "other");
}

TEST_CASE("without routes everything is other", "[matcher]") {
  const auto matcher = LocalMatcher::Make({});
  REQUIRE(matcher);
  const auto match = matcher->Match({"fix the bug", ""});
  CHECK_FALSE(match.route);
  CHECK(match.score == Approx(1.0));
}

TEST_CASE("many threads get the same answer", "[matcher]") {
  const LocalMatcher matcher = Coding();
  const auto expected = matcher.Match({"why does the build fail", ""}).scores;
  std::vector<std::vector<double>> scores(4);
  std::vector<std::thread> threads;
  for (auto& mine : scores) {
    threads.emplace_back([&matcher, &mine] {
      mine = matcher.Match({"why does the build fail", ""}).scores;
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : scores) CHECK(mine == expected);
}
