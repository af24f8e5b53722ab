// The opaque cursor of katra_recall. It holds a place in the hits and is bound to the arguments of
// its query, so that it cannot be used with another. It gives no access: what may be seen is
// decided anew for each page. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::mcp {

// `offset`: how many hits were shown already.
[[nodiscard]] std::string MakeRecallCursor(const nlohmann::json& arguments, int offset);

// The offset. kInvalidArgument: not a cursor, or one of another query.
[[nodiscard]] Result<int> ReadRecallCursor(const nlohmann::json& arguments,
                                           std::string_view cursor);

}  // namespace katra::mcp
