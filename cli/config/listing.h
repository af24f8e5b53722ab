// The configuration as a list of keys, values and origins. Knows no output format.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "router/config/config.h"

namespace katra::cli::config {

struct Setting {
  std::string key;    // "personas.Sam.model"
  std::string value;  // as a user would write it; empty: not set, and there is no default
  router::Origin origin;
};

// The effective settings in the file's order: general ones, routing rules, personas, then the
// providers in use, or all of them with `all`. `is_set` tells whether an environment variable is
// set; no value is ever read.
[[nodiscard]] std::vector<Setting> ListSettings(
    const router::RouterConfig& config, bool all,
    const std::function<bool(const std::string&)>& is_set);

}  // namespace katra::cli::config
