// The models that were tried for a request, as JSON in one column. Private to store/sqlite.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/usage.h"

namespace katra::store::sqlite {

// [{"provider","model","reason","status","error","ms"}, …]; at most 16. "": none.
[[nodiscard]] std::string AttemptsJson(const std::vector<UsageAttempt>& tried);
// Skips what it cannot read.
[[nodiscard]] std::vector<UsageAttempt> ReadAttempts(std::string_view json);

}  // namespace katra::store::sqlite
