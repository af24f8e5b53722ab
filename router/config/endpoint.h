// Checks, classifies and completes addresses of providers as users write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "router/providers/provider.h"

namespace katra::router {

// Requires "http" or "https", a host, an optional port and path; no user, query, fragment or
// blanks. The message of kInvalidArgument never contains a password.
[[nodiscard]] Status CheckEndpoint(std::string_view url);

// Whether requests to `url` stay on this computer.
[[nodiscard]] bool IsLoopback(std::string_view url);

// Whether `url` is on Anthropic's own host, over TLS and on the default port.
[[nodiscard]] bool IsAnthropicHost(std::string_view url);

// Whether `url` is on ChatGPT's own host, which Codex uses with a ChatGPT login; likewise.
[[nodiscard]] bool IsChatGptHost(std::string_view url);

// Whether requests to `provider` through `interface` are paid by a plan of the client's own login,
// judged by the address: Anthropic's own host for clients of the Messages API, ChatGPT's for
// clients of OpenAI's formats (`openai_client`).
[[nodiscard]] bool IsPlan(const Provider& provider, Interface interface, bool openai_client);

// The provider to use when the client's own login pays. A ChatGPT login needs another address than
// an API key: for clients of OpenAI's formats (`openai_client`) the built-in `openai` with its
// default address is replaced. Any other provider is returned unchanged. Static storage, or
// `provider`.
[[nodiscard]] const Provider& AskedOnLogin(const Provider& provider, bool openai_client);

// Whether the client's own login may be sent to `url`: to Anthropic's own host; with `pass_login`,
// to any host over TLS, or over plain HTTP on this computer.
[[nodiscard]] bool MayCarryLogin(std::string_view url, bool pass_login);

// Whether `url` is on an Azure host for models: *.openai.azure.com, *.cognitiveservices.azure.com
// or *.services.ai.azure.com.
[[nodiscard]] bool IsAzureHost(std::string_view url);

// Removes "?api-version=VALUE" from the end of `url` and returns the value; empty if there is none.
[[nodiscard]] std::string TakeApiVersion(std::string& url);

// Completes an Azure address as users write it: with no path, or only "/openai", it becomes
// "/openai/v1", or with `api_version` "/openai/deployments/{deployment}"; for `messages`,
// "/anthropic".
[[nodiscard]] std::string CompleteAzure(std::string_view url, bool messages,
                                        std::string_view api_version);

// The URL of `path` ("/chat/completions") on the Chat endpoint of `provider`, with `model` as the
// deployment if the address has a placeholder for it.
[[nodiscard]] std::string ChatAddress(const Provider& provider, std::string_view path,
                                      std::string_view model);

// Sets the endpoint of `provider` that `url` is for. `url` is a base ("https://host/v1") or a full
// address ("https://host/v1/chat/completions", "https://host/v1/responses",
// "https://host/v1/messages"). Without `interface` the API is derived from the address, or is the
// provider's own. The other endpoint is cleared, because it would be on another host. A Chat
// address without a path gets "/v1". Moving a provider does not change which API it speaks:
// plain_speaks_messages is kept unless `interface` or the form of the address says otherwise.
// plain_base_url becomes the address.
void SetEndpoint(Provider& provider, std::string_view url, std::optional<Interface> interface);

}  // namespace katra::router
