// A question to a persona: its client answers in print mode, with Katra's tools, and ends. No
// session that is listed, restored or refused because the persona is live: a question is asked
// beside whatever the persona does.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

// Becomes the client, which prints the answer; returns only with the exit code of an error.
// `persona` and `room` empty: as for `katra start`.
[[nodiscard]] int AskPersona(const std::string& persona, const std::string& room,
                             const std::string& question, Context& context);

}  // namespace katra::cli
