// Parameters that several methods have in common, and paging of lists. Knows no particular method.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"
#include "mcp_server/protocol/pending_requests.h"

namespace katra::mcp {

inline constexpr size_t kPageSize = 100;

[[nodiscard]] ProtocolResult<std::string> RequiredString(const nlohmann::json& params,
                                                         const char* name);

// The page of `entries` at `params.cursor`, as {"<name>": [...], "nextCursor": ...}. -32602: the
// cursor is not one of this list.
[[nodiscard]] ProtocolResult<JsonPtr> Page(const nlohmann::json& params, const char* name,
                                           const nlohmann::json& entries);

// The error of a resource in the form of the request's era.
[[nodiscard]] ProtocolError ResourceError(const PendingRequest& request, const std::string& uri,
                                          const Error& error);
[[nodiscard]] ProtocolError ToProtocolError(const Error& error);

}  // namespace katra::mcp
