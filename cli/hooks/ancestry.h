// Which session belongs to the client that started this process: the client's server and its hooks
// have the client as an ancestor. For clients whose servers do not know the client's own session
// id.
#pragma once

#include <cstdint>
#include <vector>

#include "store/types.h"

namespace katra::cli {

// The ids of this process's ancestors, nearest first, without init; empty where there is no /proc.
[[nodiscard]] std::vector<int64_t> Ancestors();

// Whether the session's server was started by one of `ancestors`. False if that is unknown.
[[nodiscard]] bool IsServerOf(const std::vector<int64_t>& ancestors, const store::Session& session);

}  // namespace katra::cli
