// `katra config edit`: opens the user's editor on a copy, which replaces the file if it is valid.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli::config {

enum class ConfigFile { kPersonas, kProvidersConf };

// The path of the file in `home`.
[[nodiscard]] std::string PathOf(ConfigFile file, const std::string& home);

// Opens $VISUAL, else $EDITOR, else vi, on a copy beside the file (mode 0600; of the example if
// there is no file yet), checks the result, and replaces the file by it. Shows errors, and on a
// terminal lets the user continue editing; otherwise the file stays unchanged and the copy is kept.
// Returns the exit code, and reports the result on the context's streams.
[[nodiscard]] int Edit(ConfigFile file, Context& context);

}  // namespace katra::cli::config
