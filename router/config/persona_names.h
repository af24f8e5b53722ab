// Which names the personas of a configuration may have: a reserved one (store/reserved_names.h)
// only when the persona had it before. Knows no store.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router {

// Whether a persona of that name was here before; asked for reserved names alone.
using KnownPersona = std::function<bool(const std::string& name)>;

// kInvalidArgument names the file, the line and the persona.
[[nodiscard]] Status CheckPersonaNames(const RouterConfig& config, const KnownPersona& known);

}  // namespace katra::router
