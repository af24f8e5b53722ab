// Names that new personas may not take, because readers would take them for everyone, nobody, the
// system or Katra itself. Existing personas keep such names. Pure functions.
#pragma once

#include <string_view>

#include "core/result.h"

namespace katra::store {

// Whether `name` is reserved: all, everyone, nobody, null, System, user, assistant, tool, here,
// katra, …. Ignores case, `-` and `_`, and treats look-alike digits and letters as equal (a1l,
// NOB0DY, aIl).
[[nodiscard]] bool IsReservedName(std::string_view name);

// kInvalidArgument with the reason and the next step; `name` must be valid by IsName.
[[nodiscard]] tl::unexpected<Error> RefuseReservedName(std::string_view name);

// The same for rooms, where only names for everyone or nobody are reserved: messages said in a room
// named `all` would be heard by nobody.
[[nodiscard]] bool IsReservedRoom(std::string_view name);
[[nodiscard]] tl::unexpected<Error> RefuseReservedRoom(std::string_view name);

}  // namespace katra::store
