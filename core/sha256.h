// SHA-256 (FIPS 180-4), for names and ids that must be reproducible, and for tokens of which only
// the hash is stored.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

using Sha256Digest = std::array<uint8_t, 32>;

// Pure. About 200 MB a second.
[[nodiscard]] Sha256Digest Sha256(std::string_view bytes);
// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string Sha256Hex(std::string_view bytes);

}  // namespace katra
