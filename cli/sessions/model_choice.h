// Which model the client is handed, and what it is told of it. A client that is handed none takes
// what its own files say, which may be another provider's model that a user once tried. Reads the
// clients' files.
#pragma once

#include "cli/sessions/plan.h"

namespace katra::cli {

// Completes a plan that is otherwise made: own_model, when nothing was said, what is cleared, and
// the limits. Warns of a setting of the user's that is overridden. kInvalidArgument: the client
// cannot choose by itself, and the provider has no usual model.
[[nodiscard]] Status ChooseHandedModel(const router::RouterConfig& config,
                                       const router::Provider& provider,
                                       const router::PersonaConfig* persona,
                                       const Environment& environment, const Context& context,
                                       LaunchPlan* plan);

}  // namespace katra::cli
