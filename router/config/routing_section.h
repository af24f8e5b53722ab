// The parts of personas.json that say how requests are routed: preferences, aliases, thresholds and
// the matcher. Only for the reader of that file.
#pragma once

#include <string>
#include <vector>

#include "router/config/section.h"

namespace katra::router {

// "routing_preferences" of `section`, the root or a persona. Models without a provider belong to
// `own_provider`.
void ReadPreferences(Section& section, const std::string& own_provider,
                     std::vector<RoutePreference>* preferences);
// `section`: "model_aliases".
void ReadAliases(Section section, std::vector<ModelAlias>* aliases);
// `rules`: "routing_rules".
void ReadLongContextThreshold(Section& rules, RoutingRules* routing_rules);
// `router`: "router".
void ReadMatching(Section router, MatchingConfig* matching);

}  // namespace katra::router
