// What is used of the limits now, for `katra status`.
#pragma once

#include <string>

#include "cli/output.h"
#include "core/json_view.h"

namespace katra::cli {

// A table of the tokens of the gateway's status; empty: none is in use.
[[nodiscard]] std::string ShowTokenUse(const JsonView& tokens, const Page& page);
}  // namespace katra::cli
