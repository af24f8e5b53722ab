// Everything that the server offers, as values, so that the protocol can be tested without the real
// tools. Knows nothing of JSON-RPC.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_server/prompts/prompt.h"
#include "mcp_server/resources/resource.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {

// The functions are those of tool.h, resource.h and prompt.h. Those that take a CallEnvironment run
// on store threads, possibly several at once.
struct Offering {
  std::vector<Tool> tools;
  std::function<ToolOutput(const Tool&, const std::vector<SchemaViolation>&)> argument_error;
  std::function<ToolOutput(const Error&)> error_output;
  std::function<std::string(const store::Session*)> instructions;

  std::vector<ResourceTemplateInfo> templates;
  std::function<Result<std::vector<ResourceInfo>>(const CallEnvironment&)> list_resources;
  std::function<Result<ResourceContents>(const CallEnvironment&, std::string_view uri)>
      read_resource;
  std::function<Result<std::string>(const CallEnvironment&, std::string_view uri)> resource_version;
  std::function<Result<Completion>(const CallEnvironment&, std::string_view uri_template,
                                   std::string_view variable, std::string_view prefix)>
      complete_resource;

  std::vector<PromptInfo> prompts;
  std::function<Result<PromptText>(const CallEnvironment&, std::string_view name,
                                   const std::map<std::string, std::string>& arguments)>
      get_prompt;
  std::function<Result<Completion>(const CallEnvironment&, std::string_view name,
                                   std::string_view argument, std::string_view prefix)>
      complete_prompt;
};

// The offering of katra_mcp_server.
[[nodiscard]] Offering MakeOffering();

}  // namespace katra::mcp
