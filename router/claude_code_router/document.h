// Writes a plan as the files of claude-code-router (CCR): config.json, which 1.0.73 and 2.0.0
// accept and 3.x migrates, and the script that routes by persona. No I/O.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/claude_code_router/plan.h"

namespace katra::router::claude_code_router {

// The text of the script.
[[nodiscard]] std::string RenderScript(const Plan& plan);

// Writes the plan into `document`, an object: the existing file, or {}. Members that the plan does
// not mention are kept; entries that an earlier run wrote and this one does not are removed.
// `local_key` becomes the key of CCR's own clients if the file has none. Returns warnings about
// members that were kept.
[[nodiscard]] std::vector<std::string> WriteInto(nlohmann::ordered_json& document, const Plan& plan,
                                                 const std::string& script_path,
                                                 const std::string& local_key);

// Warnings about what CCR would silently ignore in a finished document, and about what would leak.
[[nodiscard]] std::vector<std::string> Audit(const nlohmann::ordered_json& document,
                                             const IsSet& is_set);

}  // namespace katra::router::claude_code_router
