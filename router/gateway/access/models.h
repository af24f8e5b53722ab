// GET /v1/models: the models that a session may use, as a list that clients of both formats can
// read (C3, C39, C40).
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

// Removes candidates that the caller's token does not allow, so that they are never tried, not even
// as fallbacks. If the first one is not allowed or none remains: removes all and returns a 403 that
// names what is allowed.
[[nodiscard]] std::optional<translate::ApiError> KeepAllowed(
    const Caller& caller, std::vector<policy::Candidate>& candidates);

// `has_key`: whether a provider has a key. Anthropic's Claude models keep their names; others are
// listed under policy::ListedName.
[[nodiscard]] std::string ListModels(const RouterConfig& config, const PersonaConfig& persona,
                                     const Permit& permit,
                                     const std::function<bool(const Provider&)>& has_key);

// The same list in Codex's format: {"models":[{"slug","base_instructions",…}]}.
[[nodiscard]] std::string ListModelsForCodex(const RouterConfig& config,
                                             const PersonaConfig& persona, const Permit& permit,
                                             const std::function<bool(const Provider&)>& has_key);

// An entry of the list by its id there, "provider,model" or "provider/model". nullopt: there is
// none.
[[nodiscard]] std::optional<std::string> DescribeModel(
    const RouterConfig& config, const PersonaConfig& persona, const Permit& permit,
    std::string_view id, const std::function<bool(const Provider&)>& has_key);

}  // namespace katra::router::gateway
