// Parses JSON files that people write: strictly, with the line and the next step in every error,
// and remembering the line of every value. Knows nothing of the file's purpose.
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
  // JSON Pointer -> line, from 1; for members, the line of the name
  std::map<std::string, int> lines;
  // JSON Pointer -> the path to show, where the value comes from a file of another form
  std::map<std::string, std::string> paths;
};

// kInvalidArgument: "FILE:LINE: $.path: what is wrong; what to do" (no path at the top). `file` is
// only used in these messages. Refuses byte order marks, comments, trailing commas, duplicate
// members, invalid UTF-8, and more than 64 levels. Accepts all kinds of line ends.
[[nodiscard]] Result<JsonSource> ParseJsonSource(std::string_view text, const std::string& file);

// "/personas/Sam/fallbacks/0" -> "$.personas.Sam.fallbacks[0]", as shown in errors. `document`
// distinguishes array items from members.
[[nodiscard]] std::string ShowJsonPath(std::string_view pointer, const nlohmann::json& document);

// The path of the value at `pointer`, as shown in errors.
[[nodiscard]] std::string PathOf(const JsonSource& source, const std::string& pointer);

// The line of the value at `pointer`, or of the nearest enclosing value.
[[nodiscard]] int LineOf(const JsonSource& source, std::string pointer);

// One token of a JSON Pointer, escaped.
[[nodiscard]] std::string PointerToken(std::string_view name);

}  // namespace katra::router
