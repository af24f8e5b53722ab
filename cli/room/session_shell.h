// Commands in the shell that an agent was given by its client: there the words are a model's, and
// only what its own persona may see is shown. It keeps an agent from seeing by accident what was
// not meant for it. It is no wall: an agent can leave its environment, as it can open the database.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// Whether the shell is one that an agent was given for its commands.
[[nodiscard]] bool IsAgentsShell(const Context& context);

// Whose session this shell belongs to, by $KATRA_PERSONA; empty: nobody's.
[[nodiscard]] std::string SessionPersona(const Context& context);

// kPermissionDenied in the shell of another persona's session than `persona`'s.
[[nodiscard]] Status RefuseAnother(const Context& context, const std::string& persona);

}  // namespace katra::cli
