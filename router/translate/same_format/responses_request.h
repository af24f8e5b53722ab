// A request of the Responses API for an upstream of the Responses API: it goes as the client wrote
// it, but for what this upstream would refuse (C6 of docs/translation.md). No I/O.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// Nothing: it asks for what only a translation can give (a compaction, F11). kInvalidArgument: it
// is no JSON object. kUnsupported: it counts on what was stored.
[[nodiscard]] Result<std::optional<TranslatedRequest>> PassResponses(std::string_view body,
                                                                     const Target& target);

}  // namespace katra::router::translate
