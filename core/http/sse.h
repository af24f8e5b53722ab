// Writes server-sent events. router/translate/sse_parser.h reads them.
#pragma once

#include <string>
#include <string_view>

namespace katra::http {

// "event: NAME\ndata: DATA\n\n". `data` must not contain a line break.
[[nodiscard]] std::string FormatSse(std::string_view name, std::string_view data);

}  // namespace katra::http
