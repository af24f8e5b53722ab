// The MCP server's command and environment for clients, as JSON values.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/clients/agent.h"

namespace katra::cli {

// {"KATRA_HOME": ..., "KATRA_PERSONA": ...}, given explicitly because clients scrub the
// environment.
[[nodiscard]] nlohmann::ordered_json ServerEnvironment(const Handover& handover);

}  // namespace katra::cli
