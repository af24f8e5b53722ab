// Checks whether a command may use a reserved persona name (store/reserved_names.h): only if the
// persona already exists.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// kInvalidArgument: `persona` is reserved and does not exist in the store of `context`. Opens the
// store only for a reserved name, and never creates one.
[[nodiscard]] Status RefuseReserved(const std::string& persona, Context& context);

}  // namespace katra::cli
