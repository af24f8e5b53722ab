// What is used of the limits now, for `katra status`.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "store/types.h"

namespace katra::cli {

// A table of the tokens of the gateway's status; empty: none is in use.
[[nodiscard]] std::string ShowTokenUse(const JsonView& tokens, const Page& page);
// A table of personas; empty: none uses anything.
[[nodiscard]] std::string ShowQuotaUse(const std::vector<store::QuotaUse>& uses, const Page& page);
// An array of the same.
void WriteQuotaUse(const std::vector<store::QuotaUse>& uses, JsonWriter& writer);

}  // namespace katra::cli
