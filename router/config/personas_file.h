// Converts a personas.json that fits its schema to the typed model. Checks what a schema cannot:
// references to names, forms of models, addresses.
#pragma once

#include "router/config/config.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"

namespace katra::router {

// A provider that is not built in, before anything is said of it.
[[nodiscard]] Provider NewProvider(const std::string& name);

// Adds the providers defined in the file by name only, so that providers.conf can refer to them.
void DeclareProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Reads providers, default provider and router. Call it after providers.conf, which it overrides.
void ApplyProviders(const JsonSource& source, RouterConfig& config, Findings& findings);

// Reads routing rules, preferences, aliases, the matcher and limits; needs all providers. A second
// call overrides what it finds: all preferences, and aliases by name.
void ApplyRules(const JsonSource& source, RouterConfig& config, Findings& findings);

// Reads personas; needs all rules.
void ApplyPersonas(const JsonSource& source, RouterConfig& config, Findings& findings);

// Fills up what personas leave to the rules.
void CompletePersonas(RouterConfig& config);

}  // namespace katra::router
