// A session that uses its client's own subscription with the gateway in between: who may, what must
// not be set beside it, and what goes where. Reads no login: only the names of what would be a
// second one.
#pragma once

#include <string>
#include <string_view>

#include "cli/sessions/plan.h"

namespace katra::cli {

// Whether the login of `agent` pays for what `model` of `provider` answers (router::IsPlan).
[[nodiscard]] bool IsPlanOf(const Agent& agent, const router::Provider& provider,
                            std::string_view model);

// Decides LaunchPlan::login of a plan whose agent, provider, persona and folder are known.
// `written`: where personas.json says it of the persona, or empty. That counts as far as this
// session can use it; a flag that cannot be followed is an error. `persona`: made by
// router::SessionPersona. kFailedPrecondition: another login would meet it (a key for the same
// host, a token in the environment, a key or headers in the client's own files); the message names
// it, and what to do.
[[nodiscard]] Status ChooseLogin(const std::string& written, const LaunchRequest& request,
                                 const router::RouterConfig& config,
                                 const router::PersonaConfig& persona, const Context& context,
                                 LaunchPlan* plan);

// For --explain: where the login goes, and who answers without it while the plan rests.
[[nodiscard]] std::string ExplainLogin(const LaunchPlan& plan, const router::RouterConfig& config,
                                       const router::PersonaConfig& persona);

}  // namespace katra::cli
