// A plan as CCR's files: config.json (accepted by 1.0.73 and 2.0.0, and read by 3.x when it takes
// over), and the script that routes by persona. No I/O.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/claude_code_router/plan.h"

namespace katra::router::claude_code_router {

// The script's text.
[[nodiscard]] std::string RenderScript(const Plan& plan);

// Writes the plan into `document`, which is an object: the existing file, or {}. What the plan does
// not speak of stays; what an earlier run wrote and this one does not is taken away. `local_key` is
// the key of CCR's own clients, when the file has none. Returns warnings about what stays.
[[nodiscard]] std::vector<std::string> WriteInto(nlohmann::ordered_json& document, const Plan& plan,
                                                 const std::string& script_path,
                                                 const std::string& local_key);

// What CCR would pass over without a word in a finished document, and what would leak.
[[nodiscard]] std::vector<std::string> Audit(const nlohmann::ordered_json& document,
                                             const IsSet& is_set);

}  // namespace katra::router::claude_code_router
