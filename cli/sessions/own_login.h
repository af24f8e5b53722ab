// Sessions that use their client's own subscription through the gateway: when it is possible, which
// settings must not be combined with it, and where requests go. Reads no login, only the names of
// settings that would be a second one.
#pragma once

#include <string>
#include <string_view>

#include "cli/sessions/plan.h"

namespace katra::cli {

// Whether the login of `agent` pays for `model` of `provider` (router::IsPlan).
[[nodiscard]] bool IsPlanOf(const Agent& agent, const router::Provider& provider,
                            std::string_view model);

// Decides LaunchPlan::login for a plan with agent, provider, persona and folder. `written`: the
// origin of the setting in personas.json, or empty; the setting applies only if this session can
// use it, while a flag that cannot be followed is an error. `persona`: made by
// router::SessionPersona. kFailedPrecondition: another login would conflict (a key for the same
// host, a token in the environment, a key or headers in the client's own files); the message names
// it and what to do.
[[nodiscard]] Status ChooseLogin(const std::string& written, const LaunchRequest& request,
                                 const router::RouterConfig& config,
                                 const router::PersonaConfig& persona, const Context& context,
                                 LaunchPlan* plan);

// For --explain: where the login goes, and who answers while the plan rests.
[[nodiscard]] std::string ExplainLogin(const LaunchPlan& plan, const router::RouterConfig& config,
                                       const router::PersonaConfig& persona);

}  // namespace katra::cli
