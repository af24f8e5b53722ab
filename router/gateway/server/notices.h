// What a gateway has to tell about a configuration that it takes: what reads oddly in the files,
// and what they say that this gateway does not do. Nothing of a file is passed over in silence.
#pragma once

#include <string>
#include <vector>

#include "router/config/config.h"

namespace katra::router::gateway {

// One line for the log each; empty: all is as it reads.
[[nodiscard]] std::vector<std::string> NoticesOf(const RouterConfig& config);

}  // namespace katra::router::gateway
