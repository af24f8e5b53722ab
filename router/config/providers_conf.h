// HOME/providers.conf: KEY=value lines, as a shell would write them. It is read, never executed:
// "$(...)" and backquotes are text like any other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router {

struct ConfLine {
  std::string key;
  std::string value;  // without its quotes
  int line = 0;
};

// Comments (#) and empty lines are passed over. kInvalidArgument has a line "FILE:LINE: ..." for
// each line that is no KEY=value and each key that stands twice. Values never appear in a message.
[[nodiscard]] Result<std::vector<ConfLine>> ParseProvidersConf(std::string_view text,
                                                               const std::string& file);

}  // namespace katra::router
