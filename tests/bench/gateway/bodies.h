// Requests as coding agents send them, in three sizes: system prompt, tools, and a conversation
// with tool calls. Knows no sockets.
#pragma once

#include <string>

#include "tests/bench/gateway/load.h"

namespace katra::bench {

enum class Size { kSmall, kMiddle, kBig };  // 600 B, 150 KB, 830 KB
[[nodiscard]] const char* NameOf(Size size);

// What changes from one request to the next: the last message alone, or system and tools as well.
enum class Changing { kMessage, kEverything };

// POST /v1/messages for `model`, as bytes on the wire, with `token` as the bearer.
[[nodiscard]] Shot MakeShot(Size size, bool stream, const std::string& model,
                            const std::string& token, Changing changing);

}  // namespace katra::bench
