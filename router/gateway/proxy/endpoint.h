// The endpoints that accept requests to models.
#pragma once

namespace katra::router::gateway {

enum class Endpoint {
  kMessages,
  kCountTokens,
  kChat,
  kResponses,
  kCompact,
  kRoute,  // returns the decision for a Messages request; contacts only a router model
};
[[nodiscard]] const char* ToString(Endpoint endpoint);

}  // namespace katra::router::gateway
