// What every client is told of the MCP server: the command and its environment, as JSON values.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/clients/agent.h"

namespace katra::cli {

// {"KATRA_HOME": ..., "KATRA_PERSONA": ...}: clients scrub the environment, so that it is said.
[[nodiscard]] nlohmann::ordered_json ServerEnvironment(const Handover& handover);

}  // namespace katra::cli
