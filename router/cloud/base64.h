// Base64 of RFC 4648, with its padding, as AWS writes bytes into JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra::router::cloud {

// Nothing: a byte that is none of the alphabet, or a length or padding that cannot be.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view text);

}  // namespace katra::router::cloud
