// What the answers of router models mean: both families' forms, and their usual faults.
#include "router/routing/router_model/answer.h"

#include <string>
#include <vector>

#include "core/json_view.h"
#include "tests/support/cpp/catch.h"

namespace katra::router::routing::router_model {
namespace {

using Kind = Answer::Kind;

const std::vector<std::string> kKnown = {"code review", "the user's own", "bug fixing",
                                         R"(say "no")", "None of these"};

struct Row {
  std::string name;
  std::string text;
  Kind kind;
  std::string route;
  std::vector<std::string> others;
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      // Both forms.
      {"a name", R"({"route": "code review"})", Kind::kRoute, "code review", {}},
      {"a list", R"({"route": ["bug fixing"]})", Kind::kRoute, "bug fixing", {}},
      {"several names",
       R"({"route": ["bug fixing", "code review"]})",
       Kind::kRoute,
       "bug fixing",
       {"code review"}},
      {"the first known of several",
       R"({"route": ["nope", "code review", "bug fixing"]})",
       Kind::kRoute,
       "code review",
       {"nope", "bug fixing"}},
      {"a known one behind other",
       R"({"route": ["other", "code review"]})",
       Kind::kRoute,
       "code review",
       {}},
      {"blanks around the name", R"({"route": " code review "})", Kind::kRoute, "code review", {}},
      {"blanks around the answer",
       "\n {\"route\": \"code review\"} \n",
       Kind::kRoute,
       "code review",
       {}},
      {"more members",
       R"({"why": "it says so", "route": "code review"})",
       Kind::kRoute,
       "code review",
       {}},
      {"a name with an apostrophe",
       R"({"route": "the user's own"})",
       Kind::kRoute,
       "the user's own",
       {}},
      {"a name with quotes", R"({"route": "say \"no\""})", Kind::kRoute, R"(say "no")", {}},
      {"an escaped name", R"({"route": "code\u0020review"})", Kind::kRoute, "code review", {}},
      // No route.
      {"other", R"({"route": "other"})", Kind::kNone, "", {}},
      {"a list with other", R"({"route": ["other"]})", Kind::kNone, "", {}},
      {"an empty name", R"({"route": ""})", Kind::kNone, "", {}},
      {"an empty list", R"({"route": []})", Kind::kNone, "", {}},
      {"a list of nothing", R"({"route": [null, ""]})", Kind::kNone, "", {}},
      {"null", R"({"route": null})", Kind::kNone, "", {}},
      {"an empty object", "{}", Kind::kNone, "", {}},
      {"an empty text", "", Kind::kNone, "", {}},
      {"blanks alone", " \n\t", Kind::kNone, "", {}},
      {"a bare other", R"("other")", Kind::kNone, "", {}},
      {"a bare empty string", R"("")", Kind::kNone, "", {}},
      {"a bare empty list", "[]", Kind::kNone, "", {}},
      {"a bare null", "null", Kind::kNone, "", {}},
      {"an empty fence", "```json\n```", Kind::kNone, "", {}},
      // Faults that are mended.
      {"single quotes", "{'route': 'code review'}", Kind::kRoute, "code review", {}},
      {"single quotes in a list",
       "{'route': ['bug fixing', 'code review']}",
       Kind::kRoute,
       "bug fixing",
       {"code review"}},
      {"single quotes around an apostrophe",
       "{'route': 'the user's own'}",
       Kind::kRoute,
       "the user's own",
       {}},
      {"single quotes around an escaped one",
       R"({'route': 'the user\'s own'})",
       Kind::kRoute,
       "the user's own",
       {}},
      {"both kinds of quotes",
       R"({'route': "the user's own"})",
       Kind::kRoute,
       "the user's own",
       {}},
      {"single quotes around double ones",
       R"({'route': 'say "no"'})",
       Kind::kRoute,
       R"(say "no")",
       {}},
      {"None", "{'route': None}", Kind::kNone, "", {}},
      {"a name that begins like None",
       "{'route': 'None of these'}",
       Kind::kRoute,
       "None of these",
       {}},
      {"single quotes and no route", "{'route': 'other'}", Kind::kNone, "", {}},
      {"a fence with a language",
       "```json\n{\"route\": \"code review\"}\n```",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence without one",
       "```\n{\"route\": [\"code review\"]}\n```",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence that is not closed",
       "```json\n{\"route\": \"code review\"}",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence on one line",
       "```json {\"route\": \"code review\"}```",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence of capitals",
       "```JSON\n{\"route\": \"code review\"}\n```",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence with single quotes",
       "```python\n{'route': 'the user's own'}\n```",
       Kind::kRoute,
       "the user's own",
       {}},
      {"written breaks", R"({\n  "route": "code review"\n})", Kind::kRoute, "code review", {}},
      {"written breaks in a fence",
       R"(```json\n{"route": ["bug fixing"]}\n```)",
       Kind::kRoute,
       "bug fixing",
       {}},
      {"written breaks and single quotes",
       R"({\n'route': 'code review'\n})",
       Kind::kRoute,
       "code review",
       {}},
      {"doubled braces", R"({{"route": ["code review"]}})", Kind::kRoute, "code review", {}},
      {"doubled braces and single quotes",
       "{{'route': ['code review']}}",
       Kind::kRoute,
       "code review",
       {}},
      {"words around it",
       "The route is {\"route\": \"code review\"}.",
       Kind::kRoute,
       "code review",
       {}},
      {"a fence within words",
       "Sure:\n```json\n{\"route\": \"bug fixing\"}\n```\nDone.",
       Kind::kRoute,
       "bug fixing",
       {}},
      {"a thought before it",
       "<think>{\"route\": \"bug fixing\"}? no</think>\n\n{\"route\": \"code review\"}",
       Kind::kRoute,
       "code review",
       {}},
      {"an object in a string",
       R"("{\"route\": \"code review\"}")",
       Kind::kRoute,
       "code review",
       {}},
      {"a bare name", R"("code review")", Kind::kRoute, "code review", {}},
      {"a bare list", R"(["code review"])", Kind::kRoute, "code review", {}},
      // Faults.
      {"an unknown name", R"({"route": "gardening"})", Kind::kUnknown, "", {"gardening"}},
      {"unknown names",
       R"({"route": ["gardening", "cooking"]})",
       Kind::kUnknown,
       "",
       {"gardening", "cooking"}},
      {"a name in other case", R"({"route": "Code Review"})", Kind::kUnknown, "", {"Code Review"}},
      {"a number", R"({"route": 3})", Kind::kBroken, "", {}},
      {"a list of numbers", R"({"route": [1, 2]})", Kind::kBroken, "", {}},
      {"true", R"({"route": true})", Kind::kBroken, "", {}},
      {"an object", R"({"route": {"name": "code review"}})", Kind::kBroken, "", {}},
      {"a bare number", "42", Kind::kBroken, "", {}},
      {"an object about something else", R"({"error": "overloaded"})", Kind::kBroken, "", {}},
      {"words", "I think this is a code review.", Kind::kBroken, "", {}},
      {"an object cut off", R"({"route": "code rev)", Kind::kBroken, "", {}},
      {"two objects",
       R"({"route": "code review"} or {"route": "bug fixing"})",
       Kind::kBroken,
       "",
       {}},
      {"a thought cut off",
       "<think>perhaps {\"route\": \"bug fixing\"} but",
       Kind::kBroken,
       "",
       {}},
      {"bytes that are no text", "\xff\xfe{", Kind::kBroken, "", {}},
      {"quotes without an end", "{'route': 'code review", Kind::kBroken, "", {}},
      {"a backslash at the end", "{'route': 'x\\", Kind::kBroken, "", {}},
      {"a double quote without an end", "{'route': \"x\\", Kind::kBroken, "", {}},
  };
  return rows;
}

TEST_CASE("an answer of a router model is a route, none, or a fault") {
  for (const Row& row : Rows()) {
    INFO(row.name << ": " << row.text);
    const Answer answer = ReadAnswer(row.text, kKnown);
    CHECK(static_cast<int>(answer.kind) == static_cast<int>(row.kind));
    CHECK(answer.route == row.route);
    CHECK(answer.others == row.others);
  }
}

TEST_CASE("an answer cut off anywhere is never taken for another route") {
  for (const Row& row : Rows()) {
    for (size_t size = 0; size < row.text.size(); ++size) {
      const Answer answer = ReadAnswer(row.text.substr(0, size), kKnown);
      if (answer.kind != Kind::kRoute || row.kind != Kind::kRoute) continue;
      INFO(row.text.substr(0, size));
      CHECK(answer.route == row.route);
    }
  }
}

TEST_CASE("the text of a completion is read from its first choice") {
  const auto read = [](std::string_view body) -> std::string {
    const auto text = ReadCompletion(body);
    return text ? *text : "error: " + text.error().message;
  };
  CHECK(read(R"({"choices":[{"message":{"role":"assistant","content":"a"}},{}]})") == "a");
  CHECK(read(R"({"choices":[{"message":{"content":[{"type":"text","text":"a"},
            {"type":"text","text":"b"}]}}]})") == "ab");
  CHECK(read(R"({"choices":[{"message":{"content":null}}]})").empty());
  CHECK(read(R"({"choices":[]})") == "error: its reply holds no choices");
  CHECK(read(R"({"error":{"message":"overloaded"}})") == "error: its reply holds no choices");
  CHECK(read(R"({"choices":[{"text":"a"}]})") == "error: its reply holds no message");
  CHECK(read("<html>") == "error: its reply is not JSON");
  CHECK(read("") == "error: its reply is not JSON");
}

TEST_CASE("the request is one message of the user, for short and certain words") {
  const std::string body = MakeCompletionRequest("Arch-Router", "a \"b\"\n\xc3\xa4");
  CHECK(body == R"({"model":"Arch-Router","messages":[{"role":"user","content":"a \"b\"\nä"}],)"
                R"("temperature":0,"max_tokens":128,"stream":false})");
}

}  // namespace
}  // namespace katra::router::routing::router_model
