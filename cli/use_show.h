// The current use of limits, for `katra status`.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "store/types.h"

namespace katra::cli {

// A table of the tokens in the gateway's status; empty if none is in use.
[[nodiscard]] std::string ShowTokenUse(const JsonView& tokens, const Page& page);
// A table of the budgets in the gateway's status; empty if there are none. `now`: for its times.
[[nodiscard]] std::string ShowBudgets(const JsonView& budgets, const Page& page, WallTime now);
// A table of personas; empty if none has any use.
[[nodiscard]] std::string ShowQuotaUse(const std::vector<store::QuotaUse>& uses, const Page& page);
// The same as an array.
void WriteQuotaUse(const std::vector<store::QuotaUse>& uses, JsonWriter& writer);

}  // namespace katra::cli
