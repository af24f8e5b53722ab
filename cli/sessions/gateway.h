// The one place that asks for Katra's gateway: where it is, and a token for a session. Knows
// nothing of clients.
#pragma once

#include <cstdint>
#include <string>

#include "cli/context.h"
#include "core/result.h"
#include "router/config/session.h"

namespace katra::cli {

struct GatewayLink {
  std::string base_url;  // "http://127.0.0.1:12000", without a trailing slash
  std::string token;     // of this session only; empty when none was asked for
  int64_t process = 0;   // the gateway's process id
};

struct GatewayQuery {
  std::string persona;
  router::SessionChoice session;  // what the token's requests are answered by
  // False: only where the gateway is; nothing is started and no token is made.
  bool mint = true;
};

// kUnavailable: none runs, and none could be started; the message says what to do instead.
[[nodiscard]] Result<GatewayLink> FindGateway(const Context& context, const GatewayQuery& query);

// Ends every token of the persona; a gateway that runs forgets its keys as well. No token is no
// error.
[[nodiscard]] Status EndGatewayTokens(const Context& context, const std::string& persona);

// Whether the gateway's program is there, beside this one or in PATH.
[[nodiscard]] bool GatewayInstalled(const Context& context);

}  // namespace katra::cli
