// gzip, for request bodies. Knows nothing of HTTP.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::http {

// kInvalidArgument: not gzip, or cut short. kResourceExhausted: longer than `max_bytes` inflated.
[[nodiscard]] Result<std::string> Inflate(std::string_view gzipped, size_t max_bytes);

}  // namespace katra::http
