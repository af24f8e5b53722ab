// Warnings about a configuration that the gateway accepts: oddities in the files. Nothing in a file
// is ignored silently.
#pragma once

#include <string>
#include <vector>

#include "router/config/config.h"

namespace katra::router::gateway {

// One log line each; empty if there is nothing to report.
[[nodiscard]] std::vector<std::string> NoticesOf(const RouterConfig& config);

}  // namespace katra::router::gateway
