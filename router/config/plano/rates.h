// The `ratelimits` of a Plano config.yaml.
#pragma once

#include "router/config/plano/draft.h"
#include "router/config/plano/providers.h"
#include "router/config/plano/report.h"

namespace katra::router::plano {

// `root`: the whole file. Adds to `draft` what it finds, and reports every fault. A limit counts
// for all requests to its model: Katra looks at no header to tell one caller from another.
void ReadRateLimits(const YamlNode& root, const Entries& entries, Report& report, Draft& draft);

}  // namespace katra::router::plano
