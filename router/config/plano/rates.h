// The `ratelimits` of a Plano config.yaml.
#pragma once

#include "router/config/plano/draft.h"
#include "router/config/plano/providers.h"
#include "router/config/plano/report.h"

namespace katra::router::plano {

// `root`: the whole file. Adds what it finds to `draft`, and reports every error. A limit applies
// to all requests to its model: Katra distinguishes no callers by headers.
void ReadRateLimits(const YamlNode& root, const Entries& entries, Report& report, Draft& draft);

}  // namespace katra::router::plano
