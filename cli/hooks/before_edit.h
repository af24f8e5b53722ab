// What a model is told before it edits a file that another persona has claimed.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/hooks/input.h"

namespace katra::cli {

// The output of a PreToolUse hook: nothing, a warning, or a refusal if the configuration says
// `"claims": "block"`. Any error gives nothing: a broken Katra must not keep anybody from editing.
[[nodiscard]] std::string BeforeEdit(const HookInput& input, Context& context);

}  // namespace katra::cli
