// The prompts catch_up, handover and standup. Knows the store; knows nothing of JSON-RPC.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mcp_server/call_environment.h"
#include "mcp_server/resources/resource.h"

namespace katra::mcp {

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct PromptInfo {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
};

struct PromptText {
  std::string description;
  std::string text;  // one user message; other personas' text in it is fenced
};

[[nodiscard]] const std::vector<PromptInfo>& ListPrompts();

// kNotFound: no such prompt (the message lists them). kInvalidArgument: a missing or unknown
// argument.
[[nodiscard]] Result<PromptText> GetPrompt(const CallEnvironment& environment,
                                           std::string_view name,
                                           const std::map<std::string, std::string>& arguments);

[[nodiscard]] Result<Completion> CompletePrompt(const CallEnvironment& environment,
                                                std::string_view name, std::string_view argument,
                                                std::string_view prefix);

}  // namespace katra::mcp
