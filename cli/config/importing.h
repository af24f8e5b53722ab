// `katra config import`: another router's configuration as a personas.json.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli::config {

struct ImportOptions {
  std::string file;    // a Plano config.yaml, or a config.json of claude-code-router
  bool fix = false;    // correct wrong indentation in `file` first
  bool write = false;  // write the result to personas.json, if there is none yet
};

// Prints the result, or writes it to personas.json. Warns about everything that is not imported.
// Returns the exit code.
[[nodiscard]] int Import(const ImportOptions& options, Context& context);

}  // namespace katra::cli::config
