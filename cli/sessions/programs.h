// Finds programs in PATH, and those installed with this one. Runs nothing.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// The absolute path of the first executable file of that name in PATH; a name with a slash is a
// path. Empty: none.
[[nodiscard]] std::string FindProgram(const Context& context, const std::string& name);

// One of Katra's own programs: beside this one, else in PATH. Empty: none.
[[nodiscard]] std::string FindOwnProgram(const Context& context, const std::string& name);

}  // namespace katra::cli
