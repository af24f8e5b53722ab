// Makes the result of a tool from its text and its JSON form. Knows nothing of single tools.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "mcp_server/tools/tool.h"

namespace katra::mcp {

// The text form, or with format=json the JSON form (as structured content, and written out as text
// for clients that know no structured content). Only the form that is asked for is made.
[[nodiscard]] ToolOutput MakeOutput(const nlohmann::json& arguments,
                                    const std::function<std::string()>& text,
                                    const std::function<nlohmann::json()>& json);

// The caller's own session, as katra_whoami and katra_register tell it.
[[nodiscard]] ToolOutput SelfOutput(const CallEnvironment& environment,
                                    const nlohmann::json& arguments,
                                    const Result<store::Session>& session);

// An error that a tool found by itself.
[[nodiscard]] ToolOutput FailedOutput(ErrorCode code, std::string message);

}  // namespace katra::mcp
