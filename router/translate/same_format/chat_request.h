// A request of Chat Completions for an upstream of Chat Completions: it goes as the client wrote
// it, but for what this upstream would refuse, and what Katra itself must know of the answer (C1 of
// docs/translation.md). No I/O.
#pragma once

#include <optional>
#include <string_view>

#include "core/result.h"
#include "router/translate/request.h"

namespace katra::router::translate {

// Nothing: it holds what this upstream cannot take and only a translation makes up for (R46).
// kInvalidArgument: it is no JSON object.
[[nodiscard]] Result<std::optional<TranslatedRequest>> PassChat(std::string_view chat_body,
                                                                const Target& target);

}  // namespace katra::router::translate
