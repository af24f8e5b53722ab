// The published tools: names, descriptions, and schemas that accept and refuse what they should.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "core/text.h"
#include "mcp_server/tools/tool.h"
#include "tests/support/cpp/golden.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

std::shared_ptr<const JsonSchema> Compiled(const json& schema) {
  auto compiled = JsonSchema::Compile(schema);
  if (!compiled) FAIL(compiled.error().message);
  return *compiled;
}

json Examples(const std::string& tool) {
  return json::parse(
      ReadWholeFile(std::string(KATRA_SCHEMA_DIR) + "/golden/tools/" + tool + "-v1.json"));
}

TEST_CASE("the tools are those of the product, in its order") {
  std::vector<std::string> names;
  for (const mcp::Tool& tool : mcp::MakeTools()) names.push_back(tool.name);
  CHECK(names == std::vector<std::string>{
                     "katra_say", "katra_hear", "katra_who_is_here", "katra_history",
                     "katra_receipts", "katra_remember", "katra_recall", "katra_forget",
                     "katra_claim", "katra_route_feedback", "katra_register", "katra_whoami"});
}

TEST_CASE("every tool file of the schemas is a tool") {
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(KATRA_SCHEMA_DIR) + "/tools")) {
    files.insert(entry.path().filename().string());
  }
  std::set<std::string> expected;
  for (const mcp::Tool& tool : mcp::MakeTools()) expected.insert(tool.name + "-v1.json");
  CHECK(files == expected);
}

TEST_CASE("a description fits where clients cut it, and gives no orders") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    INFO(tool.name);
    CHECK(tool.description.size() > 80);
    CHECK(tool.description.size() < 2048);
    CHECK_FALSE(tool.title.empty());
    for (const char* order :
         {"you must", "You must", "always ", "Always ", "never call", "IMPORTANT"}) {
      CHECK(tool.description.find(order) == std::string::npos);
    }
  }
}

TEST_CASE("the hints say what the tools do") {
  std::map<std::string, mcp::Tool> tools;
  for (mcp::Tool& tool : mcp::MakeTools()) tools.emplace(tool.name, tool);
  for (const char* name : {"katra_hear", "katra_who_is_here", "katra_history", "katra_receipts",
                           "katra_recall", "katra_whoami"}) {
    CHECK(tools.at(name).hints.read_only);
  }
  for (const char* name : {"katra_say", "katra_remember", "katra_register", "katra_forget",
                           "katra_claim", "katra_route_feedback"}) {
    CHECK_FALSE(tools.at(name).hints.read_only);
  }
  for (const auto& [name, tool] : tools) {
    CHECK(tool.hints.destructive == (name == "katra_forget"));
  }
  CHECK(tools.at("katra_forget").hints.idempotent);
  CHECK_FALSE(tools.at("katra_say").hints.idempotent);
}

TEST_CASE("only katra_hear waits, and hears on a lane of its own") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    const bool hear = tool.name == "katra_hear";
    CHECK(static_cast<bool>(tool.wait) == hear);
    CHECK(static_cast<bool>(tool.run_waiting) == hear);
    CHECK(static_cast<bool>(tool.run) != hear);
    CHECK(tool.changes_session == (tool.name == "katra_register"));
    CHECK((tool.lane == mcp::Lane::kHear) == hear);
    CHECK((tool.lane == mcp::Lane::kRead) == (!hear && tool.hints.read_only));
    if (hear) CHECK(tool.wait({{"wait_seconds", 50}}) == std::chrono::seconds(50));
    if (hear) CHECK(tool.wait({{"wait_seconds", 0.25}}) == std::chrono::milliseconds(250));
    if (hear) CHECK(tool.wait(json::object()) == std::chrono::milliseconds(0));
  }
}

TEST_CASE("an input schema is a plain closed object that every client takes") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    INFO(tool.name);
    const json& schema = *tool.input_schema;
    CHECK(schema.at("type") == "object");
    CHECK(schema.at("additionalProperties") == false);
    for (const char* keyword : {"anyOf", "oneOf", "allOf", "$ref"})
      CHECK_FALSE(schema.contains(keyword));
    CHECK(schema.at("properties").at("format").at("enum") == json({"text", "json"}));
    for (const auto& [name, property] : schema.at("properties").items()) {
      INFO(name);
      CHECK(property.value("description", "") != "");
      CHECK(property.contains("type"));
    }
  }
}

TEST_CASE("a schema accepts its good examples and refuses its bad ones") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    const json examples = Examples(tool.name);
    const auto output = Compiled(ToolSchemaFile(tool.name).at("output"));
    for (const json& example : examples.at("valid")) {
      INFO(tool.name << " " << example.dump());
      CHECK(tool.input->Validate(example).empty());
    }
    for (const json& example : examples.at("invalid")) {
      INFO(tool.name << " " << example.dump());
      CHECK_FALSE(tool.input->Validate(example).empty());
    }
    for (const json& example : examples.at("output")) {
      INFO(tool.name << " " << example.dump());
      CHECK(output->Validate(example).empty());
    }
  }
}

TEST_CASE("an output schema is closed, so that nothing leaves unpublished") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    const auto output = Compiled(ToolSchemaFile(tool.name).at("output"));
    json example = Examples(tool.name).at("output").at(0);
    example["unpublished"] = 1;
    INFO(tool.name);
    CHECK_FALSE(output->Validate(example).empty());
  }
}

TEST_CASE("no tool takes the caller's name as an argument") {
  for (const mcp::Tool& tool : mcp::MakeTools()) {
    for (const char* name : {"sender", "persona", "as", "author", "session", "viewer", "user"}) {
      INFO(tool.name << " " << name);
      CHECK_FALSE(tool.input_schema->at("properties").contains(name));
    }
  }
}

}  // namespace
}  // namespace katra::testing
