// Converts a personas.json that fits its schema to the typed model. Checks what a schema cannot:
// references to names, forms of models, addresses.
#pragma once

#include "router/config/config.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"

namespace katra::router {

// Adds the providers defined in the file by name only, so that providers.conf can refer to them.
void DeclareProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Reads providers, default provider and router. Call it after providers.conf, which it overrides.
void ApplyProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Reads personas and routing rules; needs all providers.
void ApplyPersonas(const JsonSource& source, RouterConfig& config, Findings& findings);

}  // namespace katra::router
