// What a request to Amazon Bedrock, Google Vertex or GitHub Copilot has beside its format: its
// address, its body's shape, its headers. The pure part is router/cloud.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/http/client.h"
#include "router/gateway/proxy/upstream_request.h"

namespace katra::router::gateway {

// What of a body's shape is said by the request's head and plan. Holds all that it needs.
struct PlatformShape {
  Platform platform = Platform::kNone;
  translate::Changes changes;      // of the values that stay
  std::vector<std::string> betas;  // in the body; at Bedrock
  std::vector<std::string> dropped;
  bool count_only = false;
};
// nullopt: the plan's candidate is not at a platform that wants another body.
[[nodiscard]] std::optional<PlatformShape> PlatformShapeOf(const UpstreamPlan& plan);

// Takes time by the size of the body. Any thread.
[[nodiscard]] Result<PlatformBody> ShapeForPlatform(const PlatformShape& shape,
                                                    std::string_view body);

// Address, headers and body for a Messages attempt. The credentials are known to be whole.
void ApplyPlatform(const UpstreamPlan& plan, const PlatformBody& body, WallTime now,
                   http::Outgoing* outgoing);

// Copilot's headers for a request of Chat Completions.
[[nodiscard]] std::vector<http::Header> CopilotRequestHeaders(std::string_view chat_body);

// Every secret of a provider's credential, in whatever form `key` is.
[[nodiscard]] std::vector<std::string> SecretsOfKey(const Provider& provider,
                                                    const std::string& key);

// The variable that stands for a credential which several hold together; empty: none does.
[[nodiscard]] std::string EnvironmentKeyName(const Provider& provider, const std::string& key);

// Whether the reply's body is AWS's binary event stream.
[[nodiscard]] bool IsBinaryEventStream(const http::Headers& headers);

// What a refusal of a platform's means: its status, or what AWS's own name for the error says.
[[nodiscard]] int RefusalStatus(const Provider& provider, int status, const http::Headers& headers);

}  // namespace katra::router::gateway
