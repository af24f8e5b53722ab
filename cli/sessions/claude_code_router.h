// What a session needs to know about claude-code-router, if that is used instead of Katra's
// gateway.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// The key that its configuration requires of clients (APIKEY, with a $NAME reference resolved), or
// the word that its own launcher sends if it requires none.
[[nodiscard]] std::string ClaudeCodeRouterToken(const Context& context);

// Whether something accepts connections on a port of 127.0.0.1.
[[nodiscard]] bool Answers(int port);

}  // namespace katra::cli
