// JSON as people write it in a file: strict, but every error tells the line and what to do, and
// every value remembers the line it stands on. Knows nothing of what the file is for.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router {

struct JsonSource {
  std::shared_ptr<const nlohmann::json> document;
  std::map<std::string, int> lines;  // JSON Pointer -> line, from 1; a member's is its name's line
};

// kInvalidArgument: "FILE:LINE: $.path: what is wrong; what to do" (no path at the top). `file` is
// for these messages only. Refuses byte order marks, comments, trailing commas, members that stand
// twice, text that is not UTF-8, and more than 64 levels. Line ends of every kind are taken.
[[nodiscard]] Result<JsonSource> ParseJsonSource(std::string_view text, const std::string& file);

// "/personas/Sam/fallbacks/0" -> "$.personas.Sam.fallbacks[0]", as errors show it. `document`
// tells items from members.
[[nodiscard]] std::string ShowJsonPath(std::string_view pointer, const nlohmann::json& document);

// The line of the value at `pointer`, or of the nearest value around it.
[[nodiscard]] int LineOf(const JsonSource& source, std::string pointer);

// One token of a JSON Pointer, escaped.
[[nodiscard]] std::string PointerToken(std::string_view name);

}  // namespace katra::router
