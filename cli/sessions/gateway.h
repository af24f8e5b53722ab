// Finds Katra's gateway and gets tokens for sessions. Knows nothing of clients.
#pragma once

#include <cstdint>
#include <string>

#include "cli/context.h"
#include "core/result.h"
#include "router/config/session.h"

namespace katra::cli {

struct GatewayLink {
  std::string base_url;  // "http://127.0.0.1:12000", without a trailing slash
  std::string token;     // for this session only; empty if none was requested
  int64_t process = 0;   // the gateway's process id
};

struct GatewayQuery {
  std::string persona;
  router::SessionChoice session;  // the session's choice of provider and model
  // False: only looks up the gateway; starts nothing and creates no token.
  bool mint = true;
  std::string folder = {};  // in which the session is started, absolute; empty: unknown
};

// kUnavailable: no gateway is running or could be started; the message says what to do instead.
[[nodiscard]] Result<GatewayLink> FindGateway(const Context& context, const GatewayQuery& query);

// Revokes all tokens of the persona; a running gateway also forgets its keys. Having none is not an
// error.
[[nodiscard]] Status EndGatewayTokens(const Context& context, const std::string& persona);

// Whether the gateway's program is installed, beside this one or in PATH.
[[nodiscard]] bool GatewayInstalled(const Context& context);

}  // namespace katra::cli
