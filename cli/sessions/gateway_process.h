// Starting, finding and ending the gateway's process of a home, and asking it things on its admin
// socket. Knows no session.
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

// The running gateway. kNotFound: none runs.
[[nodiscard]] Result<router::gateway::Runtime> RunningGateway(const Context& context);

struct GatewayStart {
  int port = -1;  // -1: as configured, or a free one when that is taken
  std::chrono::milliseconds patience{10'000};
};
// The running gateway; started when none runs, and anew when the running one is of another version
// (that one ends its streams first). kUnavailable says why it could not be started.
[[nodiscard]] Result<router::gateway::Runtime> EnsureGateway(const Context& context,
                                                             const GatewayStart& start = {});

// Asks it to end; it lets its streams end first. Waits until it answers no new request.
[[nodiscard]] Status EndGateway(const Context& context, const router::gateway::Runtime& runtime);

// One request on the admin socket. An answer of status 400 and more is an error.
[[nodiscard]] Result<http::Response> AskGateway(const router::gateway::Runtime& runtime,
                                                const std::string& method, const std::string& path,
                                                const std::string& body = {});

// The values of all variables that may hold a provider's key for this session, as this environment
// has them.
[[nodiscard]] Result<std::map<std::string, std::string>> ProviderKeys(
    const Context& context, const std::string& persona, const router::SessionChoice& session);

}  // namespace katra::cli
