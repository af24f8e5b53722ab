// Names that no new persona may have, since others would read them as everybody, as nobody, as the
// system or as Katra itself. Personas that had such a name before keep it. Pure functions.
#pragma once

#include <string_view>

#include "core/result.h"

namespace katra::store {

// Without regard to case, `-` and `_`: all, everyone, nobody, null, System, user, assistant, tool,
// here, katra, ….
[[nodiscard]] bool IsReservedName(std::string_view name);

// kInvalidArgument that says so and what to do; `name` is a name by IsName.
[[nodiscard]] tl::unexpected<Error> RefuseReservedName(std::string_view name);

}  // namespace katra::store
