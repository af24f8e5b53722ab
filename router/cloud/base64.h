// Base64 (RFC 4648) with padding, as AWS encodes bytes in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra::router::cloud {

// nullopt: a byte outside the alphabet, or an invalid length or padding.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);

}  // namespace katra::router::cloud
