// What of a client's own reaches an upstream: its login, and headers. Everything else stays here:
// an upstream is another company's, and gets what the user meant for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/http/message.h"
#include "router/gateway/access/caller.h"

namespace katra::router::gateway {

// Headers with a credential, as they go upstream; at most one of them is set, but where a provider
// wants the same one in both.
struct Login {
  std::string authorization;
  std::string api_key;

  [[nodiscard]] bool empty() const { return authorization.empty() && api_key.empty(); }
};

// The caller's own login as far as it may go to the face of `provider` that is asked,
// `interface`: to Anthropic's own host or ChatGPT's, or where the configuration says `pass_login`
// (MayCarryLogin). A login that came with one format never goes to a provider of another.
// `openai_client`: it came with Chat Completions or Responses. `plan_only`: to the plan's own host
// alone (IsPlan), whatever is marked.
[[nodiscard]] Login LoginFor(const Caller& caller, const Provider& provider, Interface interface,
                             bool openai_client, bool plan_only);

// For a session that uses its client's own login: an error when two came at once. Which of them
// pays is not for the gateway to guess.
[[nodiscard]] std::optional<translate::ApiError> CheckOneLogin(const http::Headers& headers);
// The plan was to be asked, and no login came that may go there.
[[nodiscard]] translate::ApiError NoLogin(const Provider& provider);

// The client's headers that `provider` is known to take. What holds a credential of the request is
// left out, whatever its name. `with_login`: the caller's own login goes there, too; without it the
// account that the login is of does not go either.
[[nodiscard]] std::vector<http::Header> ForwardedHeaders(const http::Request& client,
                                                         const Provider& provider, bool with_login);

// The credentials in a client's headers: its token, its logins.
[[nodiscard]] std::vector<std::string> SecretsOf(const http::Headers& headers);

// What else must not be repeated to anybody where `login` ("Bearer …") goes: its spellings in
// base64, the parts of a JSON Web Token, and the account in `headers` that it is of.
[[nodiscard]] std::vector<std::string> FormsOfLogin(std::string_view login,
                                                    const http::Headers& headers);

}  // namespace katra::router::gateway
