// Names that no new persona may have, since others would read them as everybody, as nobody, as the
// system or as Katra itself. Personas that had such a name before keep it. Pure functions.
#pragma once

#include <string_view>

#include "core/result.h"

namespace katra::store {

// Without regard to case, `-` and `_`, and to digits and letters that look alike (a1l, NOB0DY,
// aIl): all, everyone, nobody, null, System, user, assistant, tool, here, katra, ….
[[nodiscard]] bool IsReservedName(std::string_view name);

// kInvalidArgument that says so and what to do; `name` is a name by IsName.
[[nodiscard]] tl::unexpected<Error> RefuseReservedName(std::string_view name);

// The same for rooms, where only names that mean everybody or nobody mislead: whoever speaks in a
// room `all` is heard by nobody.
[[nodiscard]] bool IsReservedRoom(std::string_view name);
[[nodiscard]] tl::unexpected<Error> RefuseReservedRoom(std::string_view name);

}  // namespace katra::store
