// The opaque cursor of katra_recall. It holds an offset into the hits and is bound to the query's
// arguments, so that it cannot be used with another query. It grants no access: visibility is
// checked again for each page. Pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::mcp {

// `offset`: the number of hits already shown.
[[nodiscard]] std::string MakeRecallCursor(const nlohmann::json& arguments, int offset);

// Returns the offset. kInvalidArgument: not a cursor, or one of another query.
[[nodiscard]] Result<int> ReadRecallCursor(const nlohmann::json& arguments,
                                           std::string_view cursor);

}  // namespace katra::mcp
