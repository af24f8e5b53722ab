// Decides which model the client is given. A client that is given none uses its own files, which
// may name another provider's model that the user once tried. Reads the clients' files.
#pragma once

#include "cli/sessions/plan.h"

namespace katra::cli {

// Completes an otherwise finished plan: own_model if no model was chosen, the cleared variables,
// and the limits. Warns about overridden settings of the user. kInvalidArgument: the client cannot
// choose a model itself, and the provider has no default model.
[[nodiscard]] Status ChooseHandedModel(const router::RouterConfig& config,
                                       const router::Provider& provider,
                                       const router::PersonaConfig* persona,
                                       const Environment& environment, const Context& context,
                                       LaunchPlan* plan);

}  // namespace katra::cli
