// Changes one table of a TOML text and leaves every other byte as it is. A text that is not TOML is
// refused, since nobody knows whose its lines are. Pure functions; knows no client.
#pragma once

#include <string>

#include "core/result.h"

namespace katra::cli {

// Replaces the table `name` ("mcp_servers.katra") and those below it by `body` (lines that begin
// with "[name]"), or adds it at the end. Comments among its lines stay. kInvalidArgument: the text
// is damaged, or says the same in another way (inline or dotted), which is left to its owner; the
// message has the line.
[[nodiscard]] Result<std::string> SetTable(const std::string& text, const std::string& name,
                                           const std::string& body);

// Takes the table and those below it away; unchanged when there is none.
[[nodiscard]] Result<std::string> RemoveTable(const std::string& text, const std::string& name);

}  // namespace katra::cli
