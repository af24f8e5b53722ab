// What each tool does, one function a tool; catalogue.cc ties them to their schemas. The arguments
// have passed the schema. On a store thread.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "mcp_server/tools/tool.h"

namespace katra::mcp {

[[nodiscard]] ToolOutput RunSay(const CallEnvironment& environment,
                                const nlohmann::json& arguments);

// Nothing: there is nothing new yet, and time is left to wait.
[[nodiscard]] std::optional<ToolOutput> RunHear(const CallEnvironment& environment,
                                                const nlohmann::json& arguments);
// How long katra_hear is asked to wait.
[[nodiscard]] std::chrono::milliseconds HearWait(const nlohmann::json& arguments);

[[nodiscard]] ToolOutput RunWhoIsHere(const CallEnvironment& environment,
                                      const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunHistory(const CallEnvironment& environment,
                                    const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunRemember(const CallEnvironment& environment,
                                     const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunRecall(const CallEnvironment& environment,
                                   const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunForget(const CallEnvironment& environment,
                                   const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunRegister(const CallEnvironment& environment,
                                     const nlohmann::json& arguments);
[[nodiscard]] ToolOutput RunWhoAmI(const CallEnvironment& environment,
                                   const nlohmann::json& arguments);

}  // namespace katra::mcp
