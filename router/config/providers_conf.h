// Parses HOME/providers.conf: KEY=value lines in shell syntax. The file is never executed: "$(...)"
// and backquotes are ordinary text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router {

struct ConfLine {
  std::string key;
  std::string value;  // without quotes
  int line = 0;
};

// Skips comments (#) and empty lines. kInvalidArgument has a line "FILE:LINE: ..." for each line
// that is not KEY=value and each duplicate key. Messages never contain values.
[[nodiscard]] Result<std::vector<ConfLine>> ParseProvidersConf(std::string_view text,
                                                               const std::string& file);

}  // namespace katra::router
