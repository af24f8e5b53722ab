// Passes a Responses API request to a Responses API upstream, unchanged except for what this
// upstream would refuse (C6 of docs/translation.md). No I/O.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// nullopt: it asks for something that only a translation can provide (a compaction, F11).
// kInvalidArgument: not a JSON object. kUnsupported: it relies on stored responses.
[[nodiscard]] Result<std::optional<TranslatedRequest>> PassResponses(std::string_view body,
                                                                     const Target& target);

}  // namespace katra::router::translate
