// The server's description of itself and of what it offers, as JSON. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mcp_server/protocol/offering.h"
#include "mcp_server/protocol/pending_requests.h"

namespace katra::mcp {

[[nodiscard]] nlohmann::json ServerInfo(const std::string& version);

// `channel`: notifications/claude/channel will be sent.
[[nodiscard]] nlohmann::json InitializeResult(std::string_view protocol_version,
                                              const nlohmann::json& server_info,
                                              const std::string& instructions,
                                              bool channel = false);
[[nodiscard]] nlohmann::json DiscoverResult(const std::string& instructions);

// The entries of the list results, as arrays.
[[nodiscard]] nlohmann::json ToolEntries(const std::vector<Tool>& tools);
[[nodiscard]] nlohmann::json ResourceEntries(const std::vector<ResourceInfo>& resources);
[[nodiscard]] nlohmann::json TemplateEntries(const std::vector<ResourceTemplateInfo>& templates);
[[nodiscard]] nlohmann::json PromptEntries(const std::vector<PromptInfo>& prompts);

}  // namespace katra::mcp
