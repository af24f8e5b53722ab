// Makes the headers that carry a key or token to a provider. Does not know where the key comes
// from.
#pragma once

#include <string_view>
#include <vector>

#include "core/http/message.h"
#include "router/providers/provider.h"

namespace katra::router::credentials {

// Headers for the endpoint of `provider` that is asked, according to its `auth`. Empty if `key` is.
[[nodiscard]] std::vector<http::Header> CredentialHeaders(const Provider& provider,
                                                          Interface interface,
                                                          std::string_view key);

}  // namespace katra::router::credentials
