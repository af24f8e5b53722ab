// The endpoints that accept requests to models.
#pragma once

namespace katra::router::gateway {

enum class Endpoint {
  kMessages,
  kCountTokens,
  kChat,
  kResponses,
  kCompact,
  kRoute,  // says who would answer a Messages request, and asks nobody but a router model
};
[[nodiscard]] const char* ToString(Endpoint endpoint);

}  // namespace katra::router::gateway
