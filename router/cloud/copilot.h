// GitHub Copilot: a GitHub login is exchanged for a short-lived token and the address that takes
// it. GitHub documents none of this; it is what its editors do. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"
#include "router/cloud/sigv4.h"

namespace katra::router::cloud {

// What is asked for a token, behind the address of GitHub's API.
inline constexpr std::string_view kCopilotTokenPath = "/copilot_internal/v2/token";

// The headers of that request, with the login.
[[nodiscard]] HeaderList CopilotTokenHeaders(const std::string& github_token);

// The headers by which Copilot's API knows an editor, for every request to it.
[[nodiscard]] HeaderList CopilotHeaders();

struct CopilotToken {
  std::string token;
  std::string api_url;  // without a trailing slash: where the token may go, and nowhere else
  WallTime expires_at;
};

// Reads the reply of the exchange. kPermissionDenied: it names an address that is not of
// githubcopilot.com over TLS, so that the token goes nowhere. kInvalidArgument: something is
// missing. Neither repeats the reply. `configured_api_url`: where the user wants the token to go,
// whatever the reply names; empty: as it names.
[[nodiscard]] Result<CopilotToken> ReadCopilotToken(std::string_view reply,
                                                    const std::string& configured_api_url);

// Whether a token may go to the address that an exchange named.
[[nodiscard]] bool IsCopilotUrl(std::string_view url);

}  // namespace katra::router::cloud
