// What a session must know of claude-code-router, when that stands in for Katra's gateway.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// The key that its configuration asks of clients (APIKEY, a $NAME reference looked up), or the word
// that its own launcher sends when it asks for none.
[[nodiscard]] std::string ClaudeCodeRouterToken(const Context& context);

// Whether something takes connections on a port of 127.0.0.1.
[[nodiscard]] bool Answers(int port);

}  // namespace katra::cli
