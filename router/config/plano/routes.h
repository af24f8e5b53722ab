// The routes of a Plano config.yaml: preferences, aliases, the default and the router model.
#pragma once

#include <string>

#include "router/config/plano/draft.h"
#include "router/config/plano/providers.h"
#include "router/config/plano/report.h"

namespace katra::router::plano {

// `root`: the whole file. Each function adds what it finds to `draft`, and reports every error.
void ReadAllPreferences(const YamlNode& root, const Entries& entries, Report& report, Draft& draft);
// `standing`: the default if the file marks none; may be nullptr.
void ReadAllAliases(const YamlNode& root, const Entries& entries, const Entry* standing,
                    Report& report, Draft& draft);
void ReadRouterModel(const YamlNode& root, const Entries& entries, Report& report, Draft& draft);

}  // namespace katra::router::plano
