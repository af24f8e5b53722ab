// The room of a project, for the setting `"default_room": "project"`.
#pragma once

#include <string>

namespace katra::cli {

// The last part of the name of the repository that `folder` is in, with '-' for what a room's name
// may not have: "tool" for github.com/team/tool. Empty: it is in no repository, or its name makes
// no room.
[[nodiscard]] std::string ProjectRoom(const std::string& folder);

}  // namespace katra::cli
