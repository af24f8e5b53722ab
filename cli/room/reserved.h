// Whether a command may use a persona's name that is reserved (store/reserved_names.h): only when
// the persona has been here before.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// kInvalidArgument when `persona` is reserved and not in the store of `context`. Opens the store
// only for a reserved name, and makes none.
[[nodiscard]] Status RefuseReserved(const std::string& persona, Context& context);

}  // namespace katra::cli
