// A folder for a file that a client reads only when nobody else could have written it: the folder
// and all above it belong to root, and neither group nor others may write there.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// `usual` when it is closed so; else one of the user's runtime folder. Empty: there is none. Makes
// nothing.
[[nodiscard]] std::string ClosedFolder(const std::string& usual, const Context& context);

// The nearest folder at or above `path` that is not closed; empty: all are.
[[nodiscard]] std::string OpenFolderAbove(const std::string& path);

// Makes the folder with mode 0700, and those above it, where they are missing.
[[nodiscard]] Status MakeClosedFolder(const std::string& path);

}  // namespace katra::cli
