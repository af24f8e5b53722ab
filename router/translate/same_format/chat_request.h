// Passes a Chat Completions request to a Chat Completions upstream, unchanged except for what this
// upstream would refuse and what Katra needs to know about the answer (C1 of docs/translation.md).
// No I/O.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// nullopt: it needs something that only a translation can emulate (R46). kInvalidArgument: not a
// JSON object.
[[nodiscard]] Result<std::optional<TranslatedRequest>> PassChat(std::string_view chat_body,
                                                                const Target& target);

}  // namespace katra::router::translate
