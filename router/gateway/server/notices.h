// Warnings about a configuration that the gateway accepts: oddities in the files. Nothing in a file
// is ignored silently.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/log.h"
#include "router/config/config.h"

namespace katra::router::gateway {

// One log line each; empty if there is nothing to report.
[[nodiscard]] std::vector<std::string> NoticesOf(const RouterConfig& config);

// A function that writes warnings to the log. `logger` is borrowed.
[[nodiscard]] std::function<void(const std::string&)> WarnBy(Logger& logger);

}  // namespace katra::router::gateway
