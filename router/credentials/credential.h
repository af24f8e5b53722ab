// The headers that carry a key or token to a provider. Knows neither where the key is from nor who
// asks.
#pragma once

#include <string_view>
#include <vector>

#include "core/http/message.h"
#include "router/providers/provider.h"

namespace katra::router::credentials {

// For the face of `provider` that is asked, by its `auth`. Empty when `key` is.
[[nodiscard]] std::vector<http::Header> CredentialHeaders(const Provider& provider,
                                                          Interface interface,
                                                          std::string_view key);

}  // namespace katra::router::credentials
