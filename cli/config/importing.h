// `katra config import`: another router's configuration as a personas.json.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli::config {

struct ImportOptions {
  std::string file;    // a Plano config.yaml, or a config.json of claude-code-router
  bool fix = false;    // mend wrong indentation in `file` first
  bool write = false;  // put the result in place, if there is no personas.json yet
};

// Prints the result, or puts it in place; what is not taken over is warned of. Returns the exit
// code.
[[nodiscard]] int Import(const ImportOptions& options, Context& context);

}  // namespace katra::cli::config
