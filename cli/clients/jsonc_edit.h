// Changes one member of a JSON text and leaves every other byte as it is: comments, order, unknown
// keys, line ends, indentation. Takes what clients take: // and /* */ comments and trailing commas.
// Pure functions; knows no client.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// Sets the member at `path`, making the objects on the way. An empty text is as "{}". The text
// comes back unchanged when the member has that value already. kInvalidArgument: no JSON object, or
// something on the way is none; the message has the line.
[[nodiscard]] Result<std::string> SetMember(const std::string& text,
                                            const std::vector<std::string>& path,
                                            const nlohmann::ordered_json& value);

// Takes the member away; unchanged when there is none.
[[nodiscard]] Result<std::string> RemoveMember(const std::string& text,
                                               const std::vector<std::string>& path);

}  // namespace katra::cli
