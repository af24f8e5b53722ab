// Declares the options that start and env have in common.
#pragma once

#include "cli/sessions/plan.h"

namespace CLI {
class App;
}

namespace katra::cli {

// `request` must outlive the parsing.
void AddLaunchOptions(CLI::App& command, LaunchRequest& request);

}  // namespace katra::cli
