// Addresses of providers as users write them, and what they become.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "router/providers/provider.h"

namespace katra::router {

// "http" or "https", a host, an optional port and path; no user, no query, no fragment, no blanks.
// kInvalidArgument says what is wrong; never repeats a password.
[[nodiscard]] Status CheckEndpoint(std::string_view url);

// Whether what is sent there stays on this computer.
[[nodiscard]] bool IsLoopback(std::string_view url);

// Whether `url` is at Anthropic's own host, over TLS and on its usual port.
[[nodiscard]] bool IsAnthropicHost(std::string_view url);

// Whether `url` is at ChatGPT's own host, where Codex goes with a ChatGPT login; likewise.
[[nodiscard]] bool IsChatGptHost(std::string_view url);

// Whether requests to `provider` by `interface` are those of a plan that a client's own login pays
// for, by the address that is connected to: Anthropic's own host for a client of the Messages API,
// ChatGPT's for one of OpenAI's formats. `openai_client`: it is one of these.
[[nodiscard]] bool IsPlan(const Provider& provider, Interface interface, bool openai_client);

// How `provider` is asked where its client's own login pays: a ChatGPT login is for another address
// than an API key, so that the built-in `openai` at its own address is asked there by a client of
// OpenAI's formats (`openai_client`). Any other provider is itself. Static storage, or `provider`.
[[nodiscard]] const Provider& AskedOnLogin(const Provider& provider, bool openai_client);

// Whether the client's own login may go to `url`: to Anthropic's own host; with `pass_login`, to
// any host over TLS, and over plain HTTP as far as it does not leave this computer.
[[nodiscard]] bool MayCarryLogin(std::string_view url, bool pass_login);

// Whether `url` is at a host of Azure's for models: *.openai.azure.com,
// *.cognitiveservices.azure.com or *.services.ai.azure.com.
[[nodiscard]] bool IsAzureHost(std::string_view url);

// Takes "?api-version=VALUE" off the end of `url`: the value, and empty when there is none.
[[nodiscard]] std::string TakeApiVersion(std::string& url);

// An address of Azure's as far as users write it, completed: without a path, or with "/openai"
// alone, it becomes "/openai/v1", or with `api_version` "/openai/deployments/{deployment}".
// "/anthropic" for `messages`.
[[nodiscard]] std::string CompleteAzure(std::string_view url, bool messages,
                                        std::string_view api_version);

// Where the Chat face of `provider` is asked for `model`: `path` ("/chat/completions") behind its
// address, with the model as the deployment where the address has a place for it.
[[nodiscard]] std::string ChatAddress(const Provider& provider, std::string_view path,
                                      std::string_view model);

// Sets the face of `provider` that `url` is for: a base ("https://host/v1"), or the full address
// ("https://host/v1/chat/completions", "https://host/v1/responses", "https://host/v1/messages").
// Without `interface` it is read off the address, else it is the provider's own. The other face is
// cleared: it would lead to another host. An address without a path gets "/v1" on the Chat face. An
// address moves the provider and does not change what it speaks: plain_speaks_messages stays,
// unless `interface` or the form of the address says otherwise. plain_base_url becomes the address.
void SetEndpoint(Provider& provider, std::string_view url, std::optional<Interface> interface);

}  // namespace katra::router
