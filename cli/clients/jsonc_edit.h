// Changes one member or list element of a JSON text without changing any other byte: comments,
// order, unknown keys, line ends, indentation. Accepts what clients accept: // and /* */ comments
// and trailing commas. Pure functions; knows no client.
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

// Adds `value` to the end of the list at `path`, creating it and the objects on the way. Returns
// the text unchanged if the list has such an element. Errors as for SetMember; also if there is
// something other than a list.
[[nodiscard]] Result<std::string> AddElement(const std::string& text,
                                             const std::vector<std::string>& path,
                                             const nlohmann::ordered_json& value);

// Removes the elements of the list at `path` for which `ours` holds. A list that is then empty
// goes, and so do the objects around it that are then empty.
[[nodiscard]] Result<std::string> RemoveElements(
    const std::string& text, const std::vector<std::string>& path,
    bool (*ours)(const nlohmann::ordered_json& element));

}  // namespace katra::cli
