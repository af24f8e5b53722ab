// Changes one member of a JSON text without changing any other byte: comments, order, unknown keys,
// line ends, indentation. Accepts what clients accept: // and /* */ comments and trailing commas.
// Pure functions; knows no client.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// Sets the member at `path`, creating the objects on the way. An empty text counts as "{}". Returns
// the text unchanged if the member already has that value. kInvalidArgument: not a JSON object, or
// a part of the path is not an object; the message has the line.
[[nodiscard]] Result<std::string> SetMember(const std::string& text,
                                            const std::vector<std::string>& path,
                                            const nlohmann::ordered_json& value);

// Removes the member; returns the text unchanged if there is none.
[[nodiscard]] Result<std::string> RemoveMember(const std::string& text,
                                               const std::vector<std::string>& path);

}  // namespace katra::cli
