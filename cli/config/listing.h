// The configuration as lines of key, value and where it was said. Knows no output format.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "router/config/config.h"

namespace katra::cli::config {

struct Setting {
  std::string key;    // "personas.Sam.model"
  std::string value;  // as a user would write it; empty: not said, and there is no usual value
  router::Origin origin;
};

// What applies, in the file's order: the general, routing rules, personas, then the providers that
// are in use, or all with `all`. `is_set` tells of environment variables; no value is ever read.
[[nodiscard]] std::vector<Setting> ListSettings(
    const router::RouterConfig& config, bool all,
    const std::function<bool(const std::string&)>& is_set);

}  // namespace katra::cli::config
