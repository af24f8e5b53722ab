// Finds the status line that the user has configured for Claude Code, which Katra's would hide.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// The shell command in the settings that Claude Code would use in `folder` if Katra's were not
// given: those of the project for one user, of the project, of the user. Empty: there is none, or
// it is Katra's own.
[[nodiscard]] std::string OwnStatusLine(const std::string& folder, const Context& context);

}  // namespace katra::cli
