// Joins each tool's published schema (schemas/tools/*.json, embedded at build time) with its
// definition.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/schemas.gen.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {
namespace {

// Schemas are compiled in, so a wrong one is a build bug: abort. A test reads all of them.
[[noreturn]] void Defect(std::string_view name, const std::string& what) {
  std::fprintf(stderr, "katra: schemas/tools/%.*s-v1.json: %s\n", static_cast<int>(name.size()),
               name.data(), what.c_str());
  std::abort();
}

std::string_view SchemaText(std::string_view name) {
  const std::string file = std::string(name) + "-v1.json";
  for (const tool_schemas::EmbeddedFile& embedded : tool_schemas::EmbeddedFiles()) {
    if (embedded.name == file) return embedded.text;
  }
  Defect(name, "is not embedded");
}

Tool MakeTool(const ToolDefinition& definition) {
  const std::string_view name = definition.name;
  const nlohmann::json file = nlohmann::json::parse(SchemaText(name), nullptr, false);
  if (file.is_discarded() || file.value("name", "") != name) Defect(name, "is not its schema");
  Tool tool;
  tool.name = name;
  tool.title = file.value("title", "");
  tool.description = file.value("description", "");
  const nlohmann::json hints = file.value("hints", nlohmann::json::object());
  tool.hints.read_only = hints.value("read_only", false);
  tool.hints.destructive = hints.value("destructive", false);
  tool.hints.idempotent = hints.value("idempotent", false);
  tool.lane = definition.lane;
  tool.run = definition.run;
  tool.run_waiting = definition.run_waiting;
  tool.wait = definition.wait;
  tool.changes_session = definition.changes_session;
  tool.input_schema =
      std::make_shared<const nlohmann::json>(file.value("input", nlohmann::json::object()));
  Result<std::shared_ptr<const JsonSchema>> compiled = JsonSchema::Compile(*tool.input_schema);
  if (!compiled) Defect(name, compiled.error().message);
  tool.input = std::move(*compiled);
  return tool;
}

}  // namespace

// The tools in the order in which clients see them. Each is defined in a file of this folder.
#define KATRA_TOOLS(TOOL) \
  TOOL(kSay)              \
  TOOL(kHear)             \
  TOOL(kWhoIsHere)        \
  TOOL(kHistory)          \
  TOOL(kReceipts)         \
  TOOL(kRemember)         \
  TOOL(kRecall)           \
  TOOL(kForget)           \
  TOOL(kClaim)            \
  TOOL(kRouteFeedback)    \
  TOOL(kRegister)         \
  TOOL(kWhoAmI)

#define KATRA_DECLARE_TOOL(name) extern const ToolDefinition name;
KATRA_TOOLS(KATRA_DECLARE_TOOL)

std::vector<Tool> MakeTools() {
  std::vector<Tool> tools;
#define KATRA_ADD_TOOL(name) tools.push_back(MakeTool(name));
  KATRA_TOOLS(KATRA_ADD_TOOL)
  return tools;
}

}  // namespace katra::mcp
