// How recorded requests are decided again, and what that rests on.
#include "router/routing/replay/decider.h"

#include "tests/unit/router/routing/replay/rig.h"

namespace katra::router::routing::replay {
namespace {

using testing::kDocs;
using testing::kNoon;
using testing::kReview;
using testing::Loaded;
using testing::Matched;
using testing::Personas;
using testing::Record;
using testing::Terms;
using testing::Text;
using namespace std::chrono_literals;

struct Rig {
  explicit Rig(const std::string& tried_text, const std::string& present_text = "",
               std::vector<learning::Event> events = {})
      : tried(Loaded(tried_text)),
        present(Loaded(present_text.empty() ? tried_text : present_text)),
        decider({tried, present}, {}, std::move(events), Terms) {}

  std::string First(const store::UsageRecord& record, const RecordedText* text = nullptr) {
    last = decider.Decide(record, text);
    return last.candidates.empty() ? "" : NameOf(last.candidates.front());
  }

  RouterConfig tried;
  RouterConfig present;
  Decider decider;
  Decided last;
};

TEST_CASE("names, sizes and subagents need no text") {
  Rig rig(Personas(R"("background": "deepseek/chat", "longContext": "openai/gpt-5",
                      "subagent": "openai/small")",
                   "", R"(, "model_aliases": {"fast": "openai/gpt-5"})"));
  store::UsageRecord record = Record("explicit");
  record.requested_model = "openai,gpt-5";
  CHECK(rig.First(record) == "openai/gpt-5");
  CHECK(rig.last.basis == Basis::kRecord);
  record.requested_model = "fast";
  CHECK(rig.First(record) == "openai/gpt-5");
  record = Record();
  record.estimated_tokens = 59'000;
  CHECK(rig.First(record) == "anthropic/claude-sonnet-5");
  record.requested_model = "claude-haiku-4-5";
  CHECK(rig.First(record) == "deepseek/chat");
  CHECK(rig.last.side);
  record = Record();
  CHECK(rig.First(record) == "openai/gpt-5");
  CHECK(rig.last.route == "longContext");
  record.estimated_tokens = 1000;
  record.agent_id = "a1";
  CHECK(rig.First(record) == "openai/small");
  CHECK(rig.last.basis == Basis::kRecord);
  record = Record("tag");
  record.estimated_tokens = 1000;
  record.tried = {{"deepseek", "chat", "", 200, "", 5}};
  CHECK(rig.First(record) == "deepseek/chat");
}

TEST_CASE("a recorded route is certain under the same routes, and assumed under others") {
  const std::string both = kReview + "," + kDocs;
  Rig same(Personas("", both));
  CHECK(same.First(Matched("Code Review")) == "openai/gpt-5");
  CHECK(same.last.basis == Basis::kRecord);
  CHECK(same.First(Matched("")) == "anthropic/claude-sonnet-5");
  CHECK(same.last.basis == Basis::kRecord);

  Rig other(Personas("", kReview), Personas("", both));
  CHECK(other.First(Matched("code review")) == "openai/gpt-5");
  CHECK(other.last.basis == Basis::kAssumed);
  CHECK(other.last.otherwise.empty());
  // It may be anything now.
  CHECK(other.First(Matched("documentation")) == "anthropic/claude-sonnet-5");
  CHECK(other.last.basis == Basis::kUnknown);
  CHECK(other.last.otherwise == std::vector<Target>{{"openai", "gpt-5"}});
  CHECK(other.First(Matched("")) == "anthropic/claude-sonnet-5");
  CHECK(other.last.basis == Basis::kUnknown);
}

TEST_CASE("another model for a route changes nothing about what is matched to it") {
  const std::string other_model =
      R"({"name": "code review", "description": "reviewing changes and pull requests",
          "models": ["deepseek/chat"]})";
  Rig rig(Personas("", other_model), Personas("", kReview));
  CHECK(rig.First(Matched("code review")) == "deepseek/chat");
  CHECK(rig.last.basis == Basis::kRecord);
}

TEST_CASE("routes where there were none need the text") {
  Rig rig(Personas("", kReview), Personas());
  CHECK(rig.First(Record()) == "anthropic/claude-sonnet-5");
  CHECK(rig.last.basis == Basis::kUnknown);
  CHECK(rig.last.otherwise == std::vector<Target>{{"openai", "gpt-5"}});
  const RecordedText review = Text("please review my pull request before I merge");
  CHECK(rig.First(Record(), &review) == "openai/gpt-5");
  CHECK(rig.last.basis == Basis::kText);
  CHECK(rig.last.route == "code review");
  const RecordedText dinner = Text("what shall I cook for dinner tonight?");
  CHECK(rig.First(Record(), &dinner) == "anthropic/claude-sonnet-5");
  CHECK(rig.last.basis == Basis::kText);
}

TEST_CASE(
    "a scenario that shows in the text alone is known where it decided before, or never did") {
  const std::string think = R"("think": "openai/gpt-5")";
  Rig fresh(Personas(think), Personas());
  CHECK(fresh.First(Record()) == "anthropic/claude-sonnet-5");
  CHECK(fresh.last.basis == Basis::kUnknown);
  CHECK(fresh.last.otherwise == std::vector<Target>{{"openai", "gpt-5"}});
  Rig standing(Personas(think));
  CHECK(standing.First(Record()) == "anthropic/claude-sonnet-5");
  CHECK(standing.last.basis == Basis::kRecord);
  CHECK(standing.First(Record("scenario", "think")) == "openai/gpt-5");
  CHECK(standing.last.basis == Basis::kRecord);
  RecordedText text = Text("why?");
  text.needs.thought = true;
  CHECK(fresh.First(Record(), &text) == "openai/gpt-5");
  CHECK(fresh.last.basis == Basis::kText);
  store::UsageRecord named = Record("explicit");
  named.requested_model = "openai/gpt-5";
  CHECK(fresh.First(named) == "openai/gpt-5");
  CHECK(fresh.last.basis == Basis::kRecord);
}

TEST_CASE("a turn stays with the model that it began with") {
  Rig rig(Personas("", kReview), Personas());
  const RecordedText review = Text("please review my pull request before I merge");
  const RecordedText result = Text("please review my pull request before I merge", true);
  CHECK(rig.First(Record(), &review) == "openai/gpt-5");
  CHECK(rig.First(Record(), &result) == "openai/gpt-5");
  store::UsageRecord without_text = Record("held");
  without_text.continued = true;
  CHECK(rig.First(without_text) == "openai/gpt-5");
  CHECK(rig.last.basis == Basis::kText);  // that of the turn
  without_text.client_session_id = "s2";  // another conversation
  CHECK(rig.First(without_text) == "anthropic/claude-sonnet-5");
}

TEST_CASE("a side request of the client is no turn, with its text or without") {
  Rig rig(Personas(R"("background": "deepseek/chat")", kReview));
  store::UsageRecord record = Record();
  CHECK(rig.First(record) == "anthropic/claude-sonnet-5");
  record.continued.reset();  // with routes, only side requests are not asked whether they go on
  CHECK(rig.First(record) == "deepseek/chat");
  CHECK(rig.last.basis == Basis::kRecord);
  RecordedText text = Text("please review my pull request before I merge");
  text.needs.side = true;
  CHECK(rig.First(Record(), &text) == "deepseek/chat");
}

TEST_CASE("requests without tools have turns of their own") {
  Rig rig(Personas("", kReview));
  const std::string words = "please review my pull request before I merge";
  RecordedText review = Text(words);
  CHECK(rig.First(Record(), &review) == "openai/gpt-5");
  RecordedText title = Text("what shall I cook for dinner tonight?");
  title.tools = false;
  CHECK(rig.First(Record(), &title) == "anthropic/claude-sonnet-5");
  review.continues = true;
  CHECK(rig.First(Record(), &review) == "openai/gpt-5");
}

TEST_CASE("a limit of switches keeps a warm conversation where it is") {
  for (const auto& [limit, expected] :
       {std::pair{"0.01", "anthropic/claude-sonnet-5"}, {"50", "openai/gpt-5"}}) {
    const std::string dear =
        R"({"name": "code review", "description": "reviewing", "models": ["openai/gpt-5"]})";
    Rig rig(Personas("", dear, R"(, "router": {"max_switch_spend": )" + std::string(limit) + "}"));
    const cost::ModelTerms same = {{5, 25, 0.5, 6.25}, 300s};
    Decider decider({rig.tried, rig.present}, {}, {}, [&](std::string_view) { return same; });
    store::UsageRecord first = Matched("");
    const Decided before = decider.Decide(first, nullptr);
    decider.Answered(first, before.candidates.front(), before.candidates.front());
    store::UsageRecord second = Matched("code review");
    second.at += 30s;
    CHECK(NameOf(decider.Decide(second, nullptr).candidates.front()) == expected);
  }
}

TEST_CASE("a route that prefers cost stays where the conversation is in the cache") {
  const std::string by_cost =
      R"({"name": "code review", "description": "reviewing", "prefer": "cost",
          "models": ["openai/here", "deepseek/there"]})";
  Rig rig(Personas("", by_cost));
  const auto terms = [](std::string_view model) -> cost::ModelTerms {
    if (model == "deepseek/there") return {{4, 10, 0.4, 4}, 300s};
    return {{5, 10, 0.5, 5}, 300s};
  };
  Decider decider({rig.tried, rig.present}, {}, {}, terms);
  store::UsageRecord record = Matched("code review");
  CHECK(NameOf(decider.Decide(record, nullptr).candidates.front()) == "deepseek/there");
  record.client_session_id = "warm";
  (void)decider.Decide(record, nullptr);
  decider.Answered(record, {"openai", "here"}, {"openai", "here"});
  record.at += 30s;
  CHECK(NameOf(decider.Decide(record, nullptr).candidates.front()) == "openai/here");
  record.at += 600s;  // cold again
  CHECK(NameOf(decider.Decide(record, nullptr).candidates.front()) == "deepseek/there");
}

TEST_CASE("only what was learnt by then orders a route's models") {
  const std::string two =
      R"({"name": "code review", "description": "reviewing", "prefer": "quality",
          "models": ["openai/gpt-5", "deepseek/chat"]})";
  learning::Event pin;
  pin.at = kNoon + 1h;
  pin.kind = learning::EventKind::kPinned;
  pin.persona = "Sam";
  pin.route = "code review";
  pin.candidate = "deepseek/chat";
  Rig rig(Personas("", two), "", {pin});
  store::UsageRecord record = Matched("code review");
  CHECK(rig.First(record) == "openai/gpt-5");
  record.at = kNoon + 2h;
  CHECK(rig.First(record) == "deepseek/chat");
  Rig off(Personas("", two, R"(, "router": {"learning": false})"), "", {pin});
  CHECK(off.First(record) == "openai/gpt-5");
}

TEST_CASE("the router model is not asked: what it said counts, else the local matcher") {
  const std::string by_model =
      R"(, "router": {"matcher": "model", "router_model": "ollama/guide"})";
  Rig rig(Personas("", kReview, by_model));
  store::UsageRecord record = Matched("code review");
  record.matcher = "model";
  const RecordedText dinner = Text("what shall I cook for dinner tonight?");
  CHECK(rig.First(record, &dinner) == "openai/gpt-5");
  CHECK(rig.decider.matched_locally_instead() == 0);
  CHECK(rig.First(Record(), &dinner) == "anthropic/claude-sonnet-5");
  CHECK(rig.decider.matched_locally_instead() == 1);
}

TEST_CASE("a request that would be refused says why") {
  Rig rig(Personas(), Personas());
  store::UsageRecord record = Record("explicit");
  record.requested_model = "nowhere/m";
  CHECK(rig.First(record).empty());
  CHECK(rig.last.refusal.find("nowhere") != std::string::npos);
}

}  // namespace
}  // namespace katra::router::routing::replay
