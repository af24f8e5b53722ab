// What a violation says, what a schema may not say, and the bounds against hostile documents. That
// each keyword means what draft-07 says is proven in json_schema_suite_test.cc.
#include "core/json_schema.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

using nlohmann::json;

std::shared_ptr<const JsonSchema> Compiled(const char* text) {
  auto schema = JsonSchema::Compile(json::parse(text));
  if (!schema) FAIL(schema.error().message);
  return *schema;
}

std::string Refusal(const char* text) {
  const auto schema = JsonSchema::Compile(json::parse(text));
  if (schema) return "compiled";
  CHECK(schema.error().code == ErrorCode::kInvalidArgument);
  return schema.error().context + ": " + schema.error().message;
}

// "path|keyword|expected|found" of every violation.
std::vector<std::string> Violations(const char* schema, const json& document, size_t limit = 8) {
  std::vector<std::string> lines;
  for (const SchemaViolation& v : Compiled(schema)->Validate(document, limit)) {
    lines.push_back(v.path + "|" + v.keyword + "|" + v.expected + "|" + v.found);
  }
  return lines;
}

std::string Only(const char* schema, const json& document) {
  const auto lines = Violations(schema, document);
  if (lines.size() != 1) return std::to_string(lines.size()) + " violations";
  return lines.front();
}

TEST_CASE("a violation names the place, the rule, what is allowed and what was found") {
  CHECK(Only(R"({"type": "string"})", 7) == "|type|string|7");
  CHECK(Only(R"({"type": ["string", "null"]})", json::array({1, 2})) ==
        "|type|null or string|an array of 2");
  CHECK(Only(R"({"properties": {"format": {"enum": ["text", "json"]}}})", {{"format", "xml"}}) ==
        R"(/format|enum|one of: text, json|"xml")");
  CHECK(Only(R"({"properties": {"to": {"items": {"type": "string"}}}})",
             {{"to", {"Sam", json::object()}}}) == "/to/1|type|string|an object of 0");
  CHECK(Only(R"({"properties": {"limit": {"minimum": 1, "maximum": 50}}})", {{"limit", 51}}) ==
        "/limit|maximum|at most 50|51");
  CHECK(Only(R"({"maxItems": 1})", json::array({1, 2})) == "|maxItems|at most 1 items|2 items");
  CHECK(Only(R"({"pattern": "^[a-z]+$"})", "A b") ==
        R"(|pattern|text that matches ^[a-z]+$|"A b")");
  CHECK(Only(R"({"const": 1})", 2) == "|const|1|2");
  CHECK(Only(R"({"uniqueItems": true})", json::array({"a", "b", "a"})) ==
        R"(|uniqueItems|no item twice|"a" twice)");
}

TEST_CASE("a missing and an unknown member are named") {
  const char* schema = R"({"properties": {"message": {"type": "string"}, "room": {}},
                           "required": ["message"], "additionalProperties": false})";
  CHECK(Violations(schema, {{"mesage", "hi"}}) ==
        std::vector<std::string>{
            "|required|the member message|no message",
            R"(|additionalProperties|only the members: message, room|"mesage")"});
}

TEST_CASE("a member's name is escaped in the path") {
  CHECK(Only(R"({"additionalProperties": {"type": "null"}})", {{"a/b~c", 1}}) ==
        "/a~1b~0c|type|null|1");
}

TEST_CASE("of several forms the one for the value's type explains itself") {
  const char* importance = R"({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1},
                                         {"type": "string", "enum": ["trivial", "critical"]}]})";
  CHECK(Only(importance, 7) == "|maximum|at most 1|7");
  CHECK(Only(importance, "urgent") == R"(|enum|one of: trivial, critical|"urgent")");
  CHECK(Only(importance, nullptr) == "|anyOf|number; or one of: trivial, critical|null");
}

TEST_CASE("a value that fits two forms of oneOf is told so") {
  CHECK(Only(R"({"oneOf": [{"minimum": 0}, {"maximum": 9}]})", 5) ==
        "|oneOf|exactly one of the 2 forms|5, which matches 2");
}

TEST_CASE("lengths count characters, and a long value is shown shortened") {
  CHECK(Violations(R"({"maxLength": 3})", "äöü").empty());
  CHECK(Only(R"({"maxLength": 3})", "äöü!") == "|maxLength|at most 3 characters|4 characters");
  const std::string shown = Only(R"({"type": "null"})", std::string(5000, 'x'));
  CHECK(shown == "|type|null|\"" + std::string(80, 'x') + "\"... (5000 characters)");
}

TEST_CASE("invalid UTF-8 in a document is shown, not thrown") {
  CHECK(Violations(R"({"type": "null"})",
                   "a\xFF"
                   "b")
            .size() == 1);
}

TEST_CASE("validation stops at the limit, and a limit of nothing still finds one") {
  const json document = json::array({1, 2, 3, 4});
  CHECK(Violations(R"({"items": {"type": "string"}})", document, 2).size() == 2);
  CHECK(Violations(R"({"items": {"type": "string"}})", document, 0).size() == 1);
}

TEST_CASE("integers are compared exactly") {
  CHECK(Violations(R"({"maximum": 18446744073709551614})", 18446744073709551615U).size() == 1);
  CHECK(Violations(R"({"minimum": -1})", 18446744073709551615U).empty());
  CHECK(Violations(R"({"multipleOf": 2})", INT64_MIN).empty());
  CHECK(Violations(R"({"multipleOf": 3})", -7).size() == 1);
}

TEST_CASE("a schema with an unknown keyword does not compile, wherever it stands") {
  CHECK(Refusal(R"({"dependencies": {}})") ==
        "/dependencies: schema at \"/dependencies\": expected a keyword of Katra's JSON Schema "
        "subset");
  CHECK_THAT(Refusal(R"({"properties": {"a": {"items": [{"maxLenght": 1}]}}})"),
             Catch::Matchers::StartsWith("/properties/a/items/0/maxLenght: "));
  CHECK_THAT(Refusal(R"({"definitions": {"unused": {"foo": 1}}})"),
             Catch::Matchers::StartsWith("/definitions/unused/foo: "));
  CHECK_THAT(Refusal(R"({"properties": {"a": {"$id": "x"}}})"),
             Catch::Matchers::StartsWith("/properties/a/$id: "));
}

TEST_CASE("a keyword with a malformed value does not compile") {
  const char* const malformed[] = {
      R"(7)",
      R"({"type": "text"})",
      R"({"type": []})",
      R"({"enum": []})",
      R"({"enum": "a"})",
      R"({"minimum": "1"})",
      R"({"multipleOf": 0})",
      R"({"minLength": -1})",
      R"({"maxItems": 1.5})",
      R"({"pattern": "("})",
      R"({"pattern": 1})",
      R"({"pattern": "[ä]"})",
      R"({"pattern": "ä+"})",
      R"({"items": 1})",
      R"({"items": []})",
      R"({"uniqueItems": 1})",
      R"({"properties": []})",
      R"({"patternProperties": {"(": true}})",
      R"({"required": "a"})",
      R"({"required": [1]})",
      R"({"allOf": []})",
      R"({"not": "a"})",
      R"({"definitions": []})",
      R"({"$ref": 1})",
      R"({"$ref": "#/definitions/none"})",
      R"({"$ref": "http://json-schema.org/draft-07/schema#"})",
      R"({"$ref": "#/definitions/a", "type": "string", "definitions": {"a": true}})",
  };
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK(Refusal(text) != "compiled");
  }
}

TEST_CASE("a reference that leads only to itself does not compile") {
  CHECK_THAT(Refusal(R"({"$ref": "#"})"), Catch::Matchers::Contains("leads back to itself"));
  CHECK_THAT(Refusal(R"({"definitions": {"a": {"anyOf": [{"$ref": "#/definitions/b"}]},
                                         "b": {"not": {"$ref": "#/definitions/a"}}}})"),
             Catch::Matchers::Contains("leads back to itself"));
}

TEST_CASE("a recursive schema follows the document down to a bound") {
  const char* tree = R"({"type": "object", "properties": {"child": {"$ref": "#"}},
                         "additionalProperties": false})";
  const auto nested = [](int levels, json leaf) {
    for (int i = 0; i < levels; ++i) leaf = json{{"child", std::move(leaf)}};
    return leaf;
  };
  CHECK(Violations(tree, nested(128, json::object())).empty());
  CHECK(Only(tree, nested(2, 1)) == "/child/child|type|object|1");
  CHECK_THAT(Only(tree, nested(129, json::object())),
             Catch::Matchers::EndsWith("|depth|at most 128 levels|a deeper document"));
}

TEST_CASE("a string too long for a pattern is a violation, however the schema turns it") {
  const std::string fits(4096, 'a');
  const std::string too_long(4097, 'a');
  CHECK(Violations(R"({"pattern": "^(a|b)*$"})", fits).empty());
  CHECK_THAT(Only(R"({"pattern": "^(a|b)*$"})", too_long),
             Catch::Matchers::StartsWith("|pattern|at most 4096 bytes|"));
  CHECK(Violations(R"({"not": {"pattern": "b"}})", too_long).size() == 1);
  CHECK(Violations(R"({"if": {"pattern": "b"}, "then": false})", too_long).size() == 1);
  CHECK(Violations(R"({"patternProperties": {"b": false}})", {{too_long, 1}}).size() == 1);
}

TEST_CASE("an array too long to compare every pair is a violation") {
  json array = json::array();
  for (int i = 0; i < 1024; ++i) array.push_back(i);
  CHECK(Violations(R"({"uniqueItems": true})", array).empty());
  array.push_back(1024);
  CHECK(Only(R"({"uniqueItems": true})", array) ==
        "|uniqueItems|at most 1024 items|an array of 1025");
}

TEST_CASE("an anchored pattern does not accept a second line") {
  CHECK(Violations(R"({"pattern": "^[a-z]+$"})", "main\nevil").size() == 1);
  CHECK(Violations(R"({"pattern": "^[a-z]+$"})", "main\n").size() == 1);
}

}  // namespace
}  // namespace katra
