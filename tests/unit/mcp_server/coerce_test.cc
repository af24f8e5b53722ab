// The one rule by which every tool reads its arguments.
#include "mcp_server/tools/coerce.h"

#include <nlohmann/json.hpp>

#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

const json& Schema() {
  static const json schema = json::parse(R"({"properties": {
    "text": {"type": "string"},
    "word": {"type": "string", "enum": ["red", "dark blue"]},
    "yes": {"type": "boolean"},
    "count": {"type": "integer"},
    "share": {"type": "number"},
    "id": {"type": ["integer", "string"]},
    "level": {"type": ["number", "string"]},
    "list": {"type": ["array", "string"]}}})");
  return schema;
}

json Taken(const json& given) { return *mcp::CoerceArguments(Schema(), given).arguments; }

TEST_CASE("M6 what can be meant one way only is taken, whatever type it came in") {
  const std::vector<std::pair<json, json>> forms = {
      {{{"count", "5"}}, {{"count", 5}}},
      {{{"count", " 5 "}}, {{"count", 5}}},
      {{{"share", "1.5"}}, {{"share", 1.5}}},
      {{{"yes", "true"}}, {{"yes", true}}},
      {{{"yes", "False"}}, {{"yes", false}}},
      {{{"id", "#41"}}, {{"id", 41}}},
      {{{"id", " 041 "}}, {{"id", 41}}},
      {{{"id", "0"}}, {{"id", 0}}},
      {{{"level", "0.8"}}, {{"level", 0.8}}},
      {{{"level", "critical"}}, {{"level", "critical"}}},
      {{{"word", " Dark Blue "}}, {{"word", "dark blue"}}},
      {{{"list", "a, b ,,c"}}, {{"list", {"a", "b", "c"}}}},
      {{{"list", R"(["alpha","be, ta"])"}}, {{"list", {"alpha", "be, ta"}}}},
      {{{"list", R"( "alpha", "beta" )"}}, {{"list", {"alpha", "beta"}}}},
      {{{"list", {" a ", "", "b"}}}, {{"list", {"a", "b"}}}},
      {{{"list", "[]"}}, {{"list", json::array()}}},
      {{{"text", nullptr}, {"yes", nullptr}}, json::object()},
      {{{"yes", ""}, {"count", " "}, {"id", ""}, {"word", ""}, {"list", ""}}, json::object()},
      {{{"text", ""}}, {{"text", ""}}},
      {{{"text", " [\"a\"] "}}, {{"text", " [\"a\"] "}}},
      {{{"text", "5"}}, {{"text", "5"}}},
      {json(R"({"text": "x", "count": "5"})"), {{"text", "x"}, {"count", 5}}}};
  for (const auto& [given, taken] : forms) {
    INFO(given.dump());
    CHECK(Taken(given) == taken);
    CHECK(mcp::CoerceArguments(Schema(), given).violations.empty());
  }
}

TEST_CASE("M6 what is not unmistakable stays as it is, for the schema to refuse") {
  for (const json& given :
       {json{{"count", "five"}}, json{{"count", "5 items"}}, json{{"count", "0x5"}},
        json{{"count", true}}, json{{"yes", "yes"}}, json{{"yes", 1}}, json{{"yes", "1"}},
        json{{"id", "forty-one"}}, json{{"id", "#"}}, json{{"id", "-1"}}, json{{"id", "1.5"}},
        json{{"word", "green"}}, json{{"text", 7}}, json{{"list", 7}}, json{{"list", {"a", 7}}},
        json("no object"), json(7), json::array({1})}) {
    INFO(given.dump());
    CHECK(Taken(given) == given);
  }
}

TEST_CASE("M6 broken JSON in a list is refused") {
  for (const json& list :
       {json(R"(["alpha","beta")"), json("['alpha','beta']"), json(R"({"a":"b"})"),
        json(R"(["alpha",7])"), json(R"("alpha", beta)"), json({R"(["alpha"])"}),
        json({R"("alpha")"}), json({R"(["alpha")", R"("beta"])"}), json("[alpha, beta"),
        json(R"(alpha","beta)")}) {
    INFO(list.dump());
    const auto coerced = mcp::CoerceArguments(Schema(), {{"list", list}});
    REQUIRE(coerced.violations.size() == 1);
    CHECK(coerced.violations[0].path == "/list");
  }
}

// Every argument of every tool that is no text, as a text.
TEST_CASE("M6 all tools take numbers, booleans, lists and words as texts") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Join("Charlie");
  meeting.Text(sam, "katra_say", {{"message", "hello"}});
  const json said = meeting.Json(sam, "katra_say",
                                 {{"message", "x"}, {"to", R"(["Charlie"])"}, {"reply_to", "#1"}});
  CHECK(said.at("to") == json{"Charlie"});
  const json kept = meeting.Json(sam, "katra_remember",
                                 {{"content", "x"},
                                  {"tags", R"(["alpha","beta"])"},
                                  {"importance", "0.8"},
                                  {"kind", "Fact"},
                                  {"scope", "PRIVATE"},
                                  {"another", "false"},
                                  {"session_only", "true"}});
  const json found = meeting.Json(sam, "katra_recall",
                                  {{"query", "#" + kept.at("id").dump()},
                                   {"limit", "5"},
                                   {"include_superseded", "TRUE"},
                                   {"include", "Memories"}});
  CHECK(found.at("hits")[0].at("tags") == json{"alpha", "beta"});
  CHECK(found.at("hits")[0].at("kind") == "fact");
  CHECK(found.at("hits")[0].at("importance") == 0.8);
  const auto charlie = meeting.Join("Charlie");
  CHECK(meeting.Json(charlie, "katra_hear", {{"peek", "true"}, {"limit", "1"}})
            .at("messages")
            .size() == 1);
  CHECK(meeting.Json(charlie, "katra_history", {{"after", "#1"}, {"before", "3"}, {"limit", "1"}})
            .at("messages")[0]
            .at("id") == 2);
  CHECK(meeting.Json(sam, "katra_who_is_here", {{"offset", "1"}}).at("sessions").size() == 2);
  CHECK(meeting.Json(sam, "katra_forget", {{"id", "#1"}}).at("id") == 1);
  CHECK(meeting.Text(sam, "katra_whoami", {{"format", " Text "}}).starts_with("you are Sam"));
}

TEST_CASE("M6 a number sign without a number is refused") {
  CHECK(mcp::CoerceArguments(Schema(), {{"id", " # "}}).violations.size() == 1);
}

TEST_CASE("M6 nothing broken is stored") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  const std::string error =
      meeting.Failure(sam, "katra_remember", {{"content", "x"}, {"tags", R"(["alpha","beta")"}});
  CHECK(error.find("tags: expected a list") != std::string::npos);
  meeting.Failure(sam, "katra_say", {{"message", "x"}, {"to", "['Charlie']"}});
  meeting.Failure(sam, "katra_hear", {{"limit", "many"}});
  meeting.Failure(sam, "katra_say", {{"message", "x"}, {"reply_to", "#"}});
  CHECK(meeting.store->Info({})->memories == 0);
  CHECK(meeting.store->Info({})->messages == 0);
}

TEST_CASE("M13 a hundred and fifty recipients are too many, with commas between them too") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Join("Charlie");
  std::string names;
  for (int i = 0; i < 150; ++i) names += "Charlie,";
  const std::string error = meeting.Failure(sam, "katra_say", {{"message", "x"}, {"to", names}});
  CHECK(error.find("to: expected at most 100") != std::string::npos);
}

}  // namespace
}  // namespace katra::testing
