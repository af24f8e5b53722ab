// GET /v1/models: what a session may ask for, in a list that clients of both formats read (C3, C39,
// C40).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "router/gateway/access/caller.h"
#include "router/policy/policy.h"
#include "router/translate/errors.h"

namespace katra::router::gateway {

// Leaves only candidates that the caller's token may use, so that others are never tried, as
// fallbacks neither. A 403 that names what is allowed, with no candidate left, when the first one
// is refused or nothing remains.
[[nodiscard]] std::optional<translate::ApiError> KeepAllowed(
    const Caller& caller, std::vector<policy::Candidate>& candidates);

// `has_key` tells whether a provider can be asked. Claude models of Anthropic keep their names;
// others are listed under policy::ListedName.
[[nodiscard]] std::string ListModels(const RouterConfig& config, const PersonaConfig& persona,
                                     const Permit& permit,
                                     const std::function<bool(const Provider&)>& has_key);

// The same list as Codex reads it: {"models":[{"slug","base_instructions",…}]}.
[[nodiscard]] std::string ListModelsForCodex(const RouterConfig& config,
                                             const PersonaConfig& persona, const Permit& permit,
                                             const std::function<bool(const Provider&)>& has_key);

// One of the list, by its id there, "provider,model" or "provider/model". Nothing: there is none.
[[nodiscard]] std::optional<std::string> DescribeModel(
    const RouterConfig& config, const PersonaConfig& persona, const Permit& permit,
    std::string_view id, const std::function<bool(const Provider&)>& has_key);

}  // namespace katra::router::gateway
