// What requests to Amazon Bedrock, Google Vertex and GitHub Copilot need besides their format:
// addresses, the shape of bodies, headers. The part without I/O is in router/cloud.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/http/client.h"
#include "router/gateway/proxy/upstream_request.h"

namespace katra::router::gateway {

// The shape of a body, as far as the request's head and plan decide it. Borrows nothing.
struct PlatformShape {
  Platform platform = Platform::kNone;
  translate::Changes changes;      // to the members that stay
  std::vector<std::string> betas;  // in the body, for Bedrock
  std::vector<std::string> dropped;
  bool count_only = false;
};
// nullopt: the candidate's platform needs no other body.
[[nodiscard]] std::optional<PlatformShape> PlatformShapeOf(const UpstreamPlan& plan);

// Takes time proportional to the size of the body. Any thread.
[[nodiscard]] Result<PlatformBody> ShapeForPlatform(const PlatformShape& shape,
                                                    std::string_view body);

// Sets address, headers and body of a Messages attempt. Its credential must be complete.
void ApplyPlatform(const UpstreamPlan& plan, const PlatformBody& body, WallTime now,
                   http::Outgoing* outgoing);

// Copilot's headers for a Chat Completions request.
[[nodiscard]] std::vector<http::Header> CopilotRequestHeaders(std::string_view chat_body);

// Every secret in a provider's credential, whatever form `key` has.
[[nodiscard]] std::vector<std::string> SecretsOfKey(const Provider& provider,
                                                    const std::string& key);

// The variable that names a credential of several variables; empty: none.
[[nodiscard]] std::string EnvironmentKeyName(const Provider& provider, const std::string& key);

// Whether the response body is AWS's binary event stream.
[[nodiscard]] bool IsBinaryEventStream(const http::Headers& headers);

// The status that a platform's refusal means: its own, or that of AWS's name for the error.
[[nodiscard]] int RefusalStatus(const Provider& provider, int status, const http::Headers& headers);

}  // namespace katra::router::gateway
