// GET /v1/models: what a session may ask for, in a list that clients of both formats read (C3, C39,
// C40).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "router/config/config.h"

namespace katra::gateway {

// `has_key` tells whether a provider can be asked. Claude models of Anthropic keep their names;
// others are listed under policy::ListedName.
[[nodiscard]] std::string ListModels(const router::RouterConfig& config,
                                     const router::PersonaConfig& persona,
                                     const std::function<bool(const router::Provider&)>& has_key);

// The same list as Codex reads it: {"models":[{"slug","base_instructions",…}]}.
[[nodiscard]] std::string ListModelsForCodex(
    const router::RouterConfig& config, const router::PersonaConfig& persona,
    const std::function<bool(const router::Provider&)>& has_key);

// One of the list, by its id there, "provider,model" or "provider/model". Nothing: there is none.
[[nodiscard]] std::optional<std::string> DescribeModel(
    const router::RouterConfig& config, const router::PersonaConfig& persona, std::string_view id,
    const std::function<bool(const router::Provider&)>& has_key);

}  // namespace katra::gateway
