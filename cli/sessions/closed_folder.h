// Finds a folder for a file that a client reads only if nobody else could have written it: the
// folder and all folders above it belong to root and are not writable by group or others.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// `usual` if it meets that condition, else a folder in the user's runtime folder that does. Empty:
// there is none. Creates nothing.
[[nodiscard]] std::string ClosedFolder(const std::string& usual, const Context& context);

// The nearest folder at or above `path` that does not meet the condition; empty if all do.
[[nodiscard]] std::string OpenFolderAbove(const std::string& path);

// Creates the folder with mode 0700, and missing folders above it.
[[nodiscard]] Status MakeClosedFolder(const std::string& path);

}  // namespace katra::cli
