// Rules for commands in a shell that a client gave to an agent: the words are a model's, and only
// what its own persona may see is shown. This prevents accidents. It is not a security boundary,
// because an agent can change its environment, just as it can open the database.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// Whether the command runs in an agent's shell.
[[nodiscard]] bool IsAgentsShell(const Context& context);

// The persona whose session this shell belongs to, by $KATRA_PERSONA; empty if none.
[[nodiscard]] std::string SessionPersona(const Context& context);

// kPermissionDenied: the shell belongs to another persona's session.
[[nodiscard]] Status RefuseAnother(const Context& context, const std::string& persona);

}  // namespace katra::cli
