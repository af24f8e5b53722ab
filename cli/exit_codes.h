// Exit codes of `katra` and `k` besides those of errors, which core/error_map.h defines.
// docs/commands.md has the complete table.
#pragma once

#include "core/error_map.h"
#include "core/result.h"

namespace katra::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitNothing = 1;  // success, and the answer is "no": nothing heard, warnings
inline constexpr int kExitUsage = 64;   // the command line could not be understood

[[nodiscard]] inline int ExitCodeOf(const Error& error) { return NamesOf(error.code).exit_code; }

}  // namespace katra::cli
