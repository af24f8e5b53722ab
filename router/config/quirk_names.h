// Reads a provider's quirks by their names in personas.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "router/providers/provider.h"

namespace katra::router {

// `object` fits the schema's "quirks". Quirks that it does not mention are unchanged.
void ReadQuirks(const nlohmann::json& object, Quirks& quirks);

}  // namespace katra::router
