// Makes a tool's result from its text and JSON forms. Knows nothing of particular tools.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mcp_server/tools/tool.h"

namespace katra::mcp {

// The text form, or with format=json the JSON form (as structured content, and also as text for
// clients that do not support structured content). Only the requested form is made.
[[nodiscard]] ToolOutput MakeOutput(const nlohmann::json& arguments,
                                    const std::function<std::string()>& text,
                                    const std::function<nlohmann::json()>& json);

// The caller's own session, as shown by katra_whoami and katra_register.
[[nodiscard]] ToolOutput SelfOutput(const CallEnvironment& environment,
                                    const nlohmann::json& arguments,
                                    const Result<store::Session>& session);

// An error found by the tool itself.
[[nodiscard]] ToolOutput FailedOutput(ErrorCode code, std::string message);

}  // namespace katra::mcp
