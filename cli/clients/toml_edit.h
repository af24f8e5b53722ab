// Changes one table of a TOML text without changing any other byte. Refuses a text that is not
// valid TOML, because it is unclear which lines belong to what. Pure functions; knows no client.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"

namespace katra::cli {

// Replaces the table `name` ("mcp_servers.katra") and its subtables by `body` (lines that begin
// with "[name]"), or adds it at the end. Keeps comments between its lines. kInvalidArgument: the
// text is damaged, or defines the same in another form (inline or dotted), which only its owner
// should change; the message has the line.
[[nodiscard]] Result<std::string> SetTable(const std::string& text, const std::string& name,
                                           const std::string& body);

// Removes the table and its subtables; returns the text unchanged if there is none.
[[nodiscard]] Result<std::string> RemoveTable(const std::string& text, const std::string& name);

// The same for a table whose name has parts that are not bare, such as
// hooks.state."/a/b.json:stop".
[[nodiscard]] Result<std::string> SetTable(const std::string& text,
                                           const std::vector<std::string>& path,
                                           const std::string& body);
[[nodiscard]] Result<std::string> RemoveTable(const std::string& text,
                                              const std::vector<std::string>& path);

}  // namespace katra::cli
