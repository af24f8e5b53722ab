// GitHub Copilot: a GitHub login is exchanged for a short-lived token and the address that accepts
// it. GitHub does not document this; it is what its editors do. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "router/cloud/sigv4.h"

namespace katra::router::cloud {

// The path of the token exchange, below the address of GitHub's API.
inline constexpr std::string_view kCopilotTokenPath = "/copilot_internal/v2/token";

// The headers of that request, including the login.
[[nodiscard]] HeaderList CopilotTokenHeaders(const std::string& github_token);

// The headers that identify an editor to Copilot's API, for every request to it.
[[nodiscard]] HeaderList CopilotHeaders();

struct CopilotToken {
  std::string token;
  std::string api_url;  // without a trailing slash; the token may be sent only there
  WallTime expires_at;
};

// Reads the response of the exchange. kPermissionDenied: it names an address that is not at
// githubcopilot.com over TLS, so the token must not be sent. kInvalidArgument: something is
// missing. Messages contain nothing of the response. `configured_api_url`: where the user wants the
// token to be sent, regardless of the response; empty: to the address in the response.
[[nodiscard]] Result<CopilotToken> ReadCopilotToken(std::string_view reply,
                                                    const std::string& configured_api_url);

// Whether a token may be sent to the address that an exchange named.
[[nodiscard]] bool IsCopilotUrl(std::string_view url);

}  // namespace katra::router::cloud
