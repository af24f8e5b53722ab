// Runs the official JSON Schema draft-07 suite (Debian: json-schema-test-suite). Every file of the
// suite has a row below that says how many of its schemas Katra's subset refuses; a group that is
// neither proven nor counted as refused fails, so that nothing is skipped in silence.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/json_schema.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

using nlohmann::json;

const std::filesystem::path kSuite = "/usr/share/json-schema-test-suite/tests/draft7";

struct Row {
  std::string file;
  int proven;       // groups whose schema compiles; every test of them must agree
  int refused = 0;  // groups whose schema is outside of the subset
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"additionalItems.json", 5},
      {"additionalProperties.json", 5},
      {"allOf.json", 6},
      {"anyOf.json", 6},
      {"boolean_schema.json", 2},
      {"const.json", 4},
      {"contains.json", 4},
      {"default.json", 2},
      {"definitions.json", 0, 2},   // refers to the draft's own schema by URL
      {"dependencies.json", 0, 5},  // a keyword that no schema of Katra's needs
      {"enum.json", 3},
      {"exclusiveMaximum.json", 1},
      {"exclusiveMinimum.json", 1},
      {"if-then-else.json", 7},
      {"items.json", 5},
      {"maxItems.json", 1},
      {"maxLength.json", 1},
      {"maxProperties.json", 1},
      {"maximum.json", 1},
      {"minItems.json", 1},
      {"minLength.json", 1},
      {"minProperties.json", 1},
      {"minimum.json", 1},
      {"multipleOf.json", 3},
      {"not.json", 6},
      {"oneOf.json", 7},
      {"pattern.json", 2},
      {"patternProperties.json", 4},
      {"properties.json", 3},
      {"propertyNames.json", 3},
      // Refused: pointers to other places than definitions (3), a keyword beside $ref, the draft's
      // schema by URL, and references through $id.
      {"ref.json", 5, 6},
      {"refRemote.json", 0, 7},
      {"required.json", 3},
      {"type.json", 8},
      {"uniqueItems.json", 1},
      {"optional/bignum.json", 9},
      {"optional/content.json", 0, 3},
      {"optional/zeroTerminatedFloats.json", 1},
  };
  return rows;
}

// `format` is an annotation in Katra: these files test it as a check, which the draft leaves open.
bool ChecksFormats(const std::string& file) {
  return file == "optional/ecmascript-regex.json" || file.starts_with("optional/format/");
}

void RequireSuite() {
  if (std::filesystem::is_directory(kSuite)) return;
  FAIL("the JSON Schema suite is not at " + kSuite.string() +
       ": run scripts/setup --dev (or apt-get install json-schema-test-suite)");
}

json Load(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return json::parse(stream);
}

void RunTests(const JsonSchema& schema, const json& group) {
  for (const json& test : group["tests"]) {
    CAPTURE(group["description"], test["description"], test["data"]);
    CHECK(schema.Validate(test["data"]).empty() == test["valid"].get<bool>());
  }
}

TEST_CASE("every schema of the official suite is proven, or refused as counted") {
  RequireSuite();
  for (const Row& row : Rows()) {
    CAPTURE(row.file);
    int proven = 0;
    int refused = 0;
    for (const json& group : Load(kSuite / row.file)) {
      CAPTURE(group["description"]);
      const auto schema = JsonSchema::Compile(group["schema"]);
      if (!schema) {
        CHECK(schema.error().code == ErrorCode::kInvalidArgument);
        ++refused;
        continue;
      }
      ++proven;
      RunTests(**schema, group);
    }
    CHECK(proven == row.proven);
    CHECK(refused == row.refused);
  }
}

TEST_CASE("no file of the official suite is left out") {
  RequireSuite();
  std::set<std::string> listed;
  for (const Row& row : Rows()) listed.insert(row.file);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSuite)) {
    if (!entry.is_regular_file()) continue;
    const std::string file = std::filesystem::relative(entry.path(), kSuite).string();
    if (ChecksFormats(file)) continue;
    CAPTURE(file);
    CHECK(listed.contains(file));
  }
}

TEST_CASE("format is an annotation that compiles and refuses nothing") {
  RequireSuite();
  int groups = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSuite / "optional" / "format")) {
    for (const json& group : Load(entry.path())) {
      ++groups;
      const auto schema = JsonSchema::Compile(group["schema"]);
      REQUIRE(schema);
      for (const json& test : group["tests"]) CHECK((*schema)->Validate(test["data"]).empty());
    }
  }
  CHECK(groups > 0);
}

}  // namespace
}  // namespace katra
