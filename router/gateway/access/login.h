// Decides which of the client's own login and headers are sent to an upstream. An upstream belongs
// to another company, so it only gets what the user intended for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/http/message.h"
#include "router/gateway/access/caller.h"

namespace katra::router::gateway {

// The credential headers to send upstream. At most one is set, unless a provider expects the same
// credential in both.
struct Login {
  std::string authorization;
  std::string api_key;

  [[nodiscard]] bool empty() const { return authorization.empty() && api_key.empty(); }
};

// The caller's own login, if it may be sent to the endpoint of `provider` for `interface`:
// Anthropic's own host, ChatGPT's, or one configured with `pass_login` (MayCarryLogin). A login
// that came with one format is never sent to a provider of another. `openai_client`: it came with
// Chat Completions or Responses. `plan_only`: only to the plan's own host (IsPlan), regardless of
// `pass_login`.
[[nodiscard]] Login LoginFor(const Caller& caller, const Provider& provider, Interface interface,
                             bool openai_client, bool plan_only);

// For sessions that use their client's own login: an error if the request has two logins, because
// the gateway must not guess which one pays.
[[nodiscard]] std::optional<translate::ApiError> CheckOneLogin(const http::Headers& headers);
// The error if a plan should be asked but the request has no login that may be sent there.
[[nodiscard]] translate::ApiError NoLogin(const Provider& provider);

// The client headers that `provider` is known to accept, except those that contain one of the
// request's credentials. `with_login`: the caller's login is sent too; without it, the login's
// account is not sent either.
[[nodiscard]] std::vector<http::Header> ForwardedHeaders(const http::Request& client,
                                                         const Provider& provider, bool with_login);

// The credentials in a client's headers: its token and logins.
[[nodiscard]] std::vector<std::string> SecretsOf(const http::Headers& headers);

// Other forms of `login` ("Bearer …") that must be redacted in responses: its base64 spellings, the
// parts of a JSON Web Token, and its account as named in `headers`.
[[nodiscard]] std::vector<std::string> FormsOfLogin(std::string_view login,
                                                    const http::Headers& headers);

}  // namespace katra::router::gateway
