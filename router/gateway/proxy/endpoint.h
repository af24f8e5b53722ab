// The endpoints that requests to models come in by.
#pragma once

namespace katra::router::gateway {

enum class Endpoint { kMessages, kCountTokens, kChat, kResponses, kCompact };
[[nodiscard]] const char* ToString(Endpoint endpoint);

}  // namespace katra::router::gateway
