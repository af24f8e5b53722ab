// Runs inside a background session: starts the client that `katra start -b` passes to it, and
// records when the client exits. If tmux shuts down, this process dies with it and records nothing,
// which is how `katra restore` tells the difference. Knows no client.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

struct SessionRun {
  std::string socket;  // where the client is received from
  std::string home;
  std::string persona;
};

// Returns the client's exit code; 128 + N if signal N ended it.
[[nodiscard]] int RunSession(const SessionRun& run, Context& context);

}  // namespace katra::cli
