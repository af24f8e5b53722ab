// Makes the local matcher of a persona's routes, with the examples that the user has taught. Used
// by the gateway, and by commands that show what the gateway would do.
#pragma once

#include <vector>

#include "core/result.h"
#include "router/config/config.h"
#include "router/routing/learning/line_file.h"
#include "router/routing/matching/local_matcher.h"

namespace katra::router::routing {

// For `persona.preferences`, by their indices. Examples of other personas, and of routes that the
// persona does not have, are skipped. Takes some milliseconds. kInternal: the weights of this build
// cannot be read.
[[nodiscard]] Result<LocalMatcher> MakeRouteMatcher(
    const PersonaConfig& persona, const std::vector<learning::TaughtExample>& taught);

}  // namespace katra::router::routing
