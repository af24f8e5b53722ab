// A personas.json that fits its schema -> the model. Checks what a schema cannot: names that must
// lead somewhere, forms of models, addresses.
#pragma once

#include "router/config/config.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"

namespace katra::router {

// Adds the file's own providers by name only, so that providers.conf may speak of them.
void DeclareProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Providers, default provider and router; after providers.conf, which this overrides.
void ApplyProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Personas and routing rules; needs all providers.
void ApplyPersonas(const JsonSource& source, RouterConfig& config, Findings& findings);

}  // namespace katra::router
