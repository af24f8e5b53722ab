// The quirks of a provider by the names that personas.json gives them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "router/providers/provider.h"

namespace katra::router {

// `object` fits the schema's "quirks"; what it does not name stays as it is.
void ReadQuirks(const nlohmann::json& object, Quirks& quirks);

}  // namespace katra::router
