// Ties each tool's published schema (schemas/tools/*.json, embedded at build) to what it does.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/schemas.gen.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {
namespace {

using Run = ToolOutput (*)(const CallEnvironment&, const nlohmann::json&);

// A schema file is part of the program: one that does not fit is a defect of the build, which no
// caller could mend. A test reads every one of them.
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

Tool Describe(std::string_view name, Lane lane) {
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
  tool.lane = lane;
  tool.input_schema =
      std::make_shared<const nlohmann::json>(file.value("input", nlohmann::json::object()));
  Result<std::shared_ptr<const JsonSchema>> compiled = JsonSchema::Compile(*tool.input_schema);
  if (!compiled) Defect(name, compiled.error().message);
  tool.input = std::move(*compiled);
  return tool;
}

Tool Simple(std::string_view name, Lane lane, Run run) {
  Tool tool = Describe(name, lane);
  tool.run = [run](const CallEnvironment& environment, const nlohmann::json& arguments) {
    return std::optional<ToolOutput>(run(environment, arguments));
  };
  return tool;
}

}  // namespace

std::vector<Tool> MakeTools() {
  Tool hear = Describe("katra_hear", Lane::kHear);
  hear.wait = &HearWait;
  hear.run = &RunHear;
  std::vector<Tool> tools;
  tools.push_back(Simple("katra_say", Lane::kWrite, &RunSay));
  tools.push_back(std::move(hear));
  tools.push_back(Simple("katra_who_is_here", Lane::kRead, &RunWhoIsHere));
  tools.push_back(Simple("katra_history", Lane::kRead, &RunHistory));
  tools.push_back(Simple("katra_remember", Lane::kWrite, &RunRemember));
  tools.push_back(Simple("katra_recall", Lane::kRead, &RunRecall));
  tools.push_back(Simple("katra_forget", Lane::kWrite, &RunForget));
  tools.push_back(Simple("katra_register", Lane::kWrite, &RunRegister));
  tools.push_back(Simple("katra_whoami", Lane::kRead, &RunWhoAmI));
  return tools;
}

}  // namespace katra::mcp
