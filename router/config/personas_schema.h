// Validates personas.json against schemas/personas-v1.json, with messages that a person can act on.
#pragma once

#include "core/result.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"

namespace katra::router {

// Adds an error for each violation. Messages never contain a value that may be a key. kInternal:
// the schema itself is invalid, a bug of this build.
[[nodiscard]] Status CheckPersonasSchema(const JsonSource& source, Findings& findings);

}  // namespace katra::router
