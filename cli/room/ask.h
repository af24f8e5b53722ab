// Asks a persona a question: its client answers in print mode, with Katra's tools, and exits. This
// is not a session: it is not listed or restored, and does not conflict with a live session of the
// persona.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// Execs the client, which prints the answer; returns only an error's exit code. `persona` and
// `room` empty: as for `katra start`.
[[nodiscard]] int AskPersona(const std::string& persona, const std::string& room,
                             const std::string& question, Context& context);

}  // namespace katra::cli
