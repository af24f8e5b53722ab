#include "tests/unit/mcp_server/tool_fixture.h"

#include "core/process.h"
#include "mcp_server/tools/coerce.h"
#include "store/sqlite/open.h"
#include "tests/support/cpp/golden.h"

namespace katra::testing {
namespace {

std::string Explain(const std::vector<SchemaViolation>& violations) {
  std::string text;
  for (const SchemaViolation& one : violations) {
    text += one.path + ": " + one.keyword + ": expected " + one.expected + ", found " + one.found +
            "\n";
  }
  return text;
}

}  // namespace

nlohmann::json ToolSchemaFile(const std::string& tool) {
  return nlohmann::json::parse(
      ReadWholeFile(std::string(KATRA_SCHEMA_DIR) + "/tools/" + tool + "-v1.json"));
}

Meeting::Meeting() : tools(mcp::MakeTools()) {
  store::OpenOptions options;
  options.clock = &clock;
  options.random = &random_;
  auto opened = store::sqlite::OpenSqliteStore(home_.path(), options, {});
  if (!opened) FAIL(opened.error().message);
  store = std::move(*opened);
}

store::Session Meeting::Join(const std::string& name, const std::string& provider,
                             const std::string& model, const std::string& role) {
  store::SessionStart start;
  start.persona = name;
  start.role = role;
  start.tag = {provider, model, store::TagSource::kLaunch};
  start.client = "claude-code";
  start.client_version = "2.1";
  start.working_folder = "/srv/projects/katra";
  start.host = "desk";
  start.process = CurrentProcess();
  auto session = store->OpenSession(start, {});
  if (!session) FAIL(session.error().message);
  return *session;
}

void Meeting::Leave(const store::Session& session) {
  const Status ended = store->EndSession(session.id, "left", {});
  REQUIRE(ended.has_value());
}

mcp::CallEnvironment Meeting::Environment(const store::Session& session) {
  return {
      .store = *store, .clock = clock, .session = session.id, .context = {}, .home = home_.path()};
}

std::optional<mcp::ToolOutput> Meeting::Try(const store::Session& session, const std::string& name,
                                            const nlohmann::json& arguments,
                                            store::MessageId received_through, bool last_try) {
  for (const mcp::Tool& tool : tools) {
    if (tool.name != name) continue;
    mcp::CoercedArguments coerced = mcp::CoerceArguments(*tool.input_schema, arguments);
    if (coerced.violations.empty()) coerced.violations = tool.input->Validate(*coerced.arguments);
    if (!coerced.violations.empty()) return mcp::ArgumentError(tool, coerced.violations);
    if (tool.run) return tool.run(Environment(session), *coerced.arguments);
    return tool.run_waiting(Environment(session), *coerced.arguments,
                            {.received_through = received_through, .last_try = last_try});
  }
  FAIL("no tool " << name);
  return std::nullopt;
}

mcp::ToolOutput Meeting::Call(const store::Session& session, const std::string& tool,
                              const nlohmann::json& arguments, store::MessageId received_through) {
  auto output = Try(session, tool, arguments, received_through);
  REQUIRE(output.has_value());
  return *output;
}

std::string Meeting::Text(const store::Session& session, const std::string& tool,
                          const nlohmann::json& arguments, store::MessageId received_through) {
  const mcp::ToolOutput output = Call(session, tool, arguments, received_through);
  INFO(tool << " " << arguments.dump() << ": " << output.text);
  REQUIRE_FALSE(output.is_error);
  REQUIRE(output.json == nullptr);
  return output.text;
}

nlohmann::json Meeting::Json(const store::Session& session, const std::string& tool,
                             nlohmann::json arguments, store::MessageId received_through) {
  arguments["format"] = "json";
  const mcp::ToolOutput output = Call(session, tool, arguments, received_through);
  INFO(tool << " " << arguments.dump() << ": " << output.text);
  REQUIRE_FALSE(output.is_error);
  REQUIRE(output.json != nullptr);
  CHECK(nlohmann::json::parse(output.text) == *output.json);
  auto schema = JsonSchema::Compile(ToolSchemaFile(tool).at("output"));
  REQUIRE(schema.has_value());
  INFO(Explain((*schema)->Validate(*output.json)));
  CHECK((*schema)->Validate(*output.json).empty());
  return *output.json;
}

std::string Meeting::Failure(const store::Session& session, const std::string& tool,
                             const nlohmann::json& arguments) {
  const mcp::ToolOutput output = Call(session, tool, arguments);
  INFO(tool << " " << arguments.dump() << ": " << output.text);
  REQUIRE(output.is_error);
  CHECK(output.json == nullptr);
  CHECK(output.text.find("Next: ") != std::string::npos);
  return output.text;
}

}  // namespace katra::testing
