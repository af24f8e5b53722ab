// What a ranker learns from each signal, and that it can be read, undone and bounded.
#include "router/routing/learning/ranker.h"

#include <algorithm>
#include <numeric>

#include "tests/support/cpp/catch.h"

using namespace katra;                             // NOLINT: a test file
using namespace katra::router::routing::learning;  // NOLINT
using router::Prefer;

namespace {

const std::vector<Prefer> kAllPrefers = {Prefer::kNone, Prefer::kQuality,  Prefer::kSpeed,
                                         Prefer::kCost, Prefer::kCheapest, Prefer::kFastest};

Event Of(EventKind kind, std::string candidate, std::string better = {}) {
  Event event;
  event.kind = kind;
  event.persona = "Sam";
  event.route = "code";
  event.candidate = std::move(candidate);
  event.better = std::move(better);
  return event;
}

Event Answer(std::string candidate, int64_t ms, int64_t usd_micros = -1) {
  Event event = Of(EventKind::kAnswered, std::move(candidate));
  event.first_byte_ms = ms;
  event.cost_usd_micros = usd_micros;
  return event;
}

Ranker Fold(const std::vector<Event>& events, Tuning tuning = {}) {
  Ranker ranker(tuning);
  for (const Event& event : events) ranker.Apply(event);
  return ranker;
}

const std::vector<Candidate> kThree = {{"p/a", {}, {}}, {"p/b", {}, {}}, {"p/c", {}, {}}};

// The last letters of the candidates in the ranker's order: "abc".
std::string Order(const Ranker& ranker, Prefer prefer,
                  const std::vector<Candidate>& candidates = kThree) {
  std::string order;
  for (const Ranked& ranked : ranker.Rank("Sam", "code", candidates, prefer)) {
    order += candidates[ranked.index].name.back();
  }
  return order;
}

std::string First(const Ranker& ranker, Prefer prefer = Prefer::kNone) {
  const auto order = ranker.Rank("Sam", "code", kThree, prefer);
  return ranker.Describe("Sam", "code", kThree, prefer, order, 0);
}

}  // namespace

TEST_CASE("without any signal the user's order stands, whatever is preferred") {
  for (const Prefer prefer : kAllPrefers) CHECK(Order(Ranker(), prefer) == "abc");
  CHECK(First(Ranker()) == "1st in the configuration");
  CHECK(Ranker().Rank("Sam", "code", {}, Prefer::kQuality).empty());
}

TEST_CASE("answers alone do not change the user's order") {
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) {
    events.push_back(Answer("p/a", 900));
    CHECK(Order(Fold({events.back()}), Prefer::kNone) == "abc");
  }
  CHECK(Order(Fold(events), Prefer::kNone) == "abc");
  CHECK(Order(Fold(events), Prefer::kQuality) == "abc");
}

TEST_CASE("case makes no difference in the names of personas and routes") {
  Event pin = Of(EventKind::kPinned, "b");
  pin.persona = "sAM";
  pin.route = "Code";
  Ranker ranker = Fold({Of(EventKind::kGood, "a"), pin});
  CHECK(ranker.PinOf("Sam", "code") == "b");
  CHECK(ranker.List().size() == 1);
  Event reset = Of(EventKind::kReset, "");
  reset.persona = "SAM";
  reset.route.clear();
  ranker.Apply(reset);
  CHECK(ranker.PinOf("Sam", "code").empty());
}

TEST_CASE("a bad rating with a better model puts that model first at once, an unknown one not") {
  for (const Prefer prefer : {Prefer::kNone, Prefer::kQuality, Prefer::kSpeed, Prefer::kCost}) {
    const Ranker ranker = Fold({Of(EventKind::kBad, "p/a", "p/c")});
    CHECK(Order(ranker, prefer) == "cba");
  }
  CHECK(First(Fold({Of(EventKind::kBad, "p/a", "p/c")})) == "moved up from 3rd");
}

TEST_CASE("each signal moves its candidate as far as it says something") {
  struct Row {
    std::vector<Event> events;
    std::string order;
  };
  const auto times = [](size_t count, const Event& event) {
    return std::vector<Event>(count, event);
  };
  for (const Row& row : std::vector<Row>{
           {{Of(EventKind::kBad, "p/a")}, "bca"},
           {{Of(EventKind::kGood, "p/b")}, "bac"},
           {{Of(EventKind::kGood, "p/a")}, "abc"},
           {{Of(EventKind::kSwitched, "p/a", "p/b")}, "bca"},
           {{Of(EventKind::kRetried, "p/a")}, "bca"},
           {{Of(EventKind::kInterrupted, "p/a")}, "bca"},
           {{Of(EventKind::kFailed, "p/a")}, "abc"},
           {times(2, Of(EventKind::kFailed, "p/a")), "bca"},
           {{Of(EventKind::kInterrupted, "p/a"), Of(EventKind::kBad, "p/b")}, "cab"},
       }) {
    const Ranker ranker = Fold(row.events);
    CAPTURE(ToJsonLine(row.events.front()), row.events.size());
    CHECK(Order(ranker, Prefer::kNone) == row.order);
  }
}

TEST_CASE("answers alone move nobody before a candidate that was never asked") {
  std::vector<Event> events;
  for (int i = 0; i < 50; ++i) events.push_back(Answer("p/c", 100));
  for (const Prefer prefer : {Prefer::kNone, Prefer::kQuality}) {
    CHECK(Order(Fold(events), prefer) == "abc");
  }
  // Failures still move one down.
  events.push_back(Of(EventKind::kFailed, "p/a"));
  events.push_back(Of(EventKind::kFailed, "p/a"));
  CHECK(Order(Fold(events), Prefer::kNone) == "bca");
}

TEST_CASE("one failure or one stopped answer does not cost a proven candidate its place") {
  std::vector<Event> events;
  for (int i = 0; i < 20; ++i) {
    events.push_back(Answer("p/a", 900));
    events.push_back(Of(EventKind::kGood, "p/a"));
  }
  events.push_back(Of(EventKind::kFailed, "p/a"));
  events.push_back(Of(EventKind::kInterrupted, "p/a"));
  CHECK(Order(Fold(events), Prefer::kNone) == "abc");
}

TEST_CASE(
    "speed and price order the candidates, and bad ratings outweigh them for kSpeed and kCost") {
  const std::vector<Candidate> priced = {
      {"p/a", 20'000.0, {}}, {"p/b", {}, {}}, {"p/c", 900.0, {}}};
  CHECK(Order(Ranker(), Prefer::kCheapest, priced) == "cab");
  CHECK(Order(Ranker(), Prefer::kCost, priced) == "cab");
  CHECK(Order(Ranker(), Prefer::kQuality, priced) == "abc");
  const std::vector<Candidate> measured = {
      {"p/a", {}, 4000.0}, {"p/b", {}, 500.0}, {"p/c", {}, 1500.0}};
  CHECK(Order(Ranker(), Prefer::kFastest, measured) == "bca");
  CHECK(Order(Ranker(), Prefer::kSpeed, measured) == "bca");
  CHECK(Order(Ranker(), Prefer::kNone, measured) == "abc");

  std::vector<Event> bad(5, Of(EventKind::kBad, "p/c"));
  CHECK(Order(Fold(bad), Prefer::kCost, priced) == "abc");
  CHECK(Order(Fold(bad), Prefer::kCheapest, priced) == "cab");
  bad.assign(5, Of(EventKind::kBad, "p/b"));
  CHECK(Order(Fold(bad), Prefer::kSpeed, measured) == "cab");
  CHECK(Order(Fold(bad), Prefer::kFastest, measured) == "bca");
}

TEST_CASE(
    "a route's own measurements take precedence over those made elsewhere, and prices over costs") {
  const std::vector<Candidate> given = {{"p/a", {}, 100.0}, {"p/b", {}, 200.0}};
  CHECK(Order(Fold({Answer("p/a", 3000)}), Prefer::kFastest, given) == "ba");
  const std::vector<Candidate> unpriced = {{"p/a", {}, {}}, {"p/b", {}, {}}};
  const Ranker ranker = Fold({Answer("p/a", -1, 9000), Answer("p/b", -1, 10)});
  CHECK(Order(ranker, Prefer::kCheapest, unpriced) == "ba");
  CHECK(Order(ranker, Prefer::kCheapest, {{"p/a", 1.0, {}}, {"p/b", 2.0, {}}}) == "ab");
}

TEST_CASE(
    "for kFastest a candidate of unknown speed is measured now and then, and then ranked by it") {
  Ranker ranker;
  std::string asked;
  const std::vector<int64_t> ms = {900, 200, 4000};
  for (int i = 0; i < 60; ++i) {
    const auto order = ranker.Rank("Sam", "code", kThree, Prefer::kFastest);
    const size_t at = order.front().index;
    if (order.front().cause == Cause::kMeasure) {
      CHECK(ranker.Describe("Sam", "code", kThree, Prefer::kFastest, order, 0) ==
            "tried to measure its speed");
    }
    asked += kThree[at].name.back();
    ranker.Apply(Answer(std::string(kThree[at].name), ms[at]));
  }
  CHECK(asked.substr(0, 20) == "aaaaaaaaabbbbbbbbbbc");
  CHECK(std::count(asked.begin(), asked.end(), 'c') == 1);
  CHECK(asked.substr(20) == std::string(40, 'b'));
}

TEST_CASE(
    "a pinned candidate is first, even if it is bad, until it is unpinned or no longer allowed") {
  std::vector<Event> events(9, Of(EventKind::kBad, "p/b"));
  events.push_back(Of(EventKind::kPinned, "p/b"));
  for (const Prefer prefer : kAllPrefers) CHECK(Order(Fold(events), prefer).front() == 'b');
  CHECK(First(Fold(events)) == "pinned");
  CHECK(Fold(events).PinOf("Sam", "code") == "p/b");
  CHECK(Fold(events).PinOf("Max", "code").empty());
  CHECK(Order(Fold(events), Prefer::kNone, {{"p/a", {}, {}}, {"p/c", {}, {}}}) == "ac");
  events.push_back(Of(EventKind::kUnpinned, "p/a"));  // another one
  CHECK(Fold(events).PinOf("Sam", "code") == "p/b");
  events.push_back(Of(EventKind::kUnpinned, ""));
  CHECK(Order(Fold(events), Prefer::kNone) == "acb");
}

TEST_CASE("only what was given is returned, each exactly once") {
  const Ranker ranker =
      Fold({Of(EventKind::kGood, "p/forbidden"), Of(EventKind::kPinned, "p/forbidden"),
            Of(EventKind::kBad, "p/a", "p/forbidden"), Answer("p/forbidden", 1, 0)});
  for (const Prefer prefer : kAllPrefers) {
    std::vector<size_t> indices;
    for (const Ranked& ranked : ranker.Rank("Sam", "code", kThree, prefer))
      indices.push_back(ranked.index);
    std::sort(indices.begin(), indices.end());
    CHECK(indices == std::vector<size_t>{0, 1, 2});
  }
}

TEST_CASE("personas and routes learn apart") {
  const Ranker ranker = Fold({Of(EventKind::kBad, "p/a")});
  const auto order = [&](std::string_view persona, std::string_view route) {
    return ranker.Rank(persona, route, kThree, Prefer::kNone).front().index;
  };
  CHECK(order("Sam", "code") == 1);
  CHECK(order("Max", "code") == 0);
  CHECK(order("Sam", "review") == 0);
  CHECK(order("", "code") == 0);
}

TEST_CASE("leaving an event out undoes it, and a reset forgets its route or its persona") {
  const std::vector<Event> events = {Of(EventKind::kBad, "p/a"), Of(EventKind::kGood, "p/c")};
  CHECK(Order(Fold(events), Prefer::kNone) == "cba");
  CHECK(Order(Fold({events[1]}), Prefer::kNone) == "cab");

  Event reset = Of(EventKind::kReset, "");
  CHECK(Order(Fold({events[0], reset, events[1]}), Prefer::kNone) == "cab");
  reset.route.clear();
  CHECK(Fold({events[0], reset}).List().empty());
  reset.persona = "Max";
  CHECK(Order(Fold({events[0], events[1], reset}), Prefer::kNone) == "cba");
  reset = Of(EventKind::kReset, "");
  reset.route = "other";
  CHECK(Order(Fold({events[0], events[1], reset}), Prefer::kNone) == "cba");
}

TEST_CASE("everything learnt can be listed, and says itself in words") {
  const std::vector<Event> events = {
      Answer("p/a", 1000, 5000),      Answer("p/a", 4000, 7000),
      Of(EventKind::kFailed, "p/a"),  Of(EventKind::kGood, "p/a"),
      Of(EventKind::kBad, "p/a"),     Of(EventKind::kSwitched, "p/a", "p/b"),
      Of(EventKind::kRetried, "p/a"), Of(EventKind::kInterrupted, "p/a")};
  const Ranker ranker = Fold(events);
  const auto list = ranker.List();
  REQUIRE(list.size() == 1);
  CHECK(list[0].persona == "Sam");
  CHECK(list[0].route == "code");
  REQUIRE(list[0].candidates.size() == 2);
  const Facts& a = list[0].candidates[0];
  CHECK(a.candidate == "p/a");
  CHECK(std::vector<int64_t>{a.answers, a.failures, a.good, a.bad, a.switches, a.retries,
                             a.interruptions} == std::vector<int64_t>{2, 1, 1, 1, 1, 1, 1});
  CHECK(*a.first_byte_ms == Approx(2000).epsilon(0.01));
  CHECK(*a.cost_usd_micros == Approx(6000).epsilon(0.01));
  CHECK(a.quality < 0.9);
  CHECK(ranker.FactsOf("Sam", "code", "p/b")->quality > 0.9);
  CHECK_FALSE(ranker.FactsOf("Sam", "code", "p/c"));

  const auto order = ranker.Rank("Sam", "code", kThree, Prefer::kCost);
  CHECK(ranker.Describe("Sam", "code", kThree, Prefer::kCost, order, 2) ==
        "moved down from 1st: about $0.0060 a request, rated good 1 of 2 times, left for another "
        "model "
        "once, asked again once, interrupted once, 1 of 3 requests failed");
}

TEST_CASE("memory is bounded: what was heard of longest ago goes first") {
  Tuning tuning;
  tuning.max_routes = 8;
  tuning.max_candidates = 4;
  Ranker ranker(tuning);
  for (int i = 0; i < 1000; ++i) {
    Event event = Of(EventKind::kBad, "p/" + std::to_string(i), "p/x" + std::to_string(i));
    event.route = "route " + std::to_string(i % 50);
    ranker.Apply(event);
  }
  const auto list = ranker.List();
  CHECK(list.size() == 8);
  for (const RouteFacts& route : list) CHECK(route.candidates.size() <= 4);
  CHECK(ranker.FactsOf("Sam", "route 49", "p/999"));
  CHECK_FALSE(ranker.FactsOf("Sam", "route 0", "p/950"));
}
