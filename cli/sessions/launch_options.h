// The options that start and env have in common, as they are declared to the parser.
#pragma once

#include "cli/sessions/plan.h"

namespace CLI {
class App;
}

namespace katra::cli {

// `request` outlives the parsing.
void AddLaunchOptions(CLI::App& command, LaunchRequest& request);

}  // namespace katra::cli
