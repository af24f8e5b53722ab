// Converts a configuration of claude-code-router to the format of personas.json. Reads no file and
// no variable.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router::claude_code_router {

struct Imported {
  std::shared_ptr<const nlohmann::ordered_json> document;  // in the format of personas.json
  // What was not imported, and what to do about it. No message contains what may be a key.
  std::vector<ConfigWarning> warnings;
};

// Reads the file of 1.x and 2.x (JSON with comments, trailing commas, single quotes and names
// without quotes) and the rules of 3.x that are plain conditions on the model's name.
// kInvalidArgument: a line "FILE:LINE: PATH: what is wrong; what is allowed" for each error.
[[nodiscard]] Result<Imported> ImportConfig(std::string_view text, const std::string& file);

}  // namespace katra::router::claude_code_router
