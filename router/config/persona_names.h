// Checks the names of a configuration's personas: a reserved name (store/reserved_names.h) is only
// allowed if the persona already exists. Knows no store.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router {

// Whether a persona of that name already exists; called only for reserved names.
using KnownPersona = std::function<bool(const std::string& name)>;

// kInvalidArgument names the file, the line and the persona.
[[nodiscard]] Status CheckPersonaNames(const RouterConfig& config, const KnownPersona& known);

}  // namespace katra::router
