// Starts, finds and stops a home's gateway process, and sends requests to its admin socket. Knows
// no session.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "cli/context.h"
#include "core/http/message.h"
#include "core/result.h"
#include "router/config/session.h"
#include "router/gateway/server/runtime.h"

namespace katra::cli {

// The running gateway. kNotFound: there is none.
[[nodiscard]] Result<router::gateway::Runtime> RunningGateway(const Context& context);

// The Plano config.yaml that this home's gateway was started with and reads, whether or not it
// still runs; empty: none, or it was ended.
[[nodiscard]] std::string GatewayConfig(const Context& context);

struct GatewayStart {
  int port = -1;            // -1: the configured port, or a free one if that is in use
  std::string config = {};  // a Plano config.yaml, absolute; empty: GatewayConfig()
  std::chrono::milliseconds patience{10'000};
};
// The running gateway; starts it if necessary, and restarts one of another version (which finishes
// its streams first). The message of kUnavailable says why it could not be started.
[[nodiscard]] Result<router::gateway::Runtime> EnsureGateway(const Context& context,
                                                             const GatewayStart& start = {});

// Asks it to shut down, which finishes its streams first. Waits until it accepts no new requests.
[[nodiscard]] Status EndGateway(const Context& context, const router::gateway::Runtime& runtime);

// Sends one request to the admin socket. A response with status 400 or more is an error.
[[nodiscard]] Result<http::Response> AskGateway(const router::gateway::Runtime& runtime,
                                                const std::string& method, const std::string& path,
                                                const std::string& body = {});

// The values, in this environment, of all variables that may hold a provider's key for the session.
[[nodiscard]] Result<std::map<std::string, std::string>> ProviderKeys(
    const Context& context, const std::string& persona, const router::SessionChoice& session);

}  // namespace katra::cli
