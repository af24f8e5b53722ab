// `katra config edit`: the user's editor on a copy, which takes the file's place when it is right.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli::config {

enum class ConfigFile { kPersonas, kProvidersConf };

// Where the file is in `home`.
[[nodiscard]] std::string PathOf(ConfigFile file, const std::string& home);

// Opens $VISUAL, else $EDITOR, else vi, on a copy beside the file (mode 0600; of the example when
// there is no file yet), checks what was written, and puts it into the file's place. What is wrong
// is shown, and on a terminal the user may go on editing; otherwise the file stays as it was and
// the copy is kept. Returns the exit code; says what became of it on the context's streams.
[[nodiscard]] int Edit(ConfigFile file, Context& context);

}  // namespace katra::cli::config
