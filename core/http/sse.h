// Server-sent events as we write them. They are read by router/translate/sse_parser.h.
#pragma once

#include <string>
#include <string_view>

namespace katra::http {

// "event: NAME\ndata: DATA\n\n". `data` holds no line break.
[[nodiscard]] std::string FormatSse(std::string_view name, std::string_view data);

}  // namespace katra::http
