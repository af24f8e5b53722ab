// The inside of a background session: runs the client that `katra start -b` hands over, and writes
// down when it has ended by itself. When tmux goes down this process goes with it and writes
// nothing, which is how `katra restore` knows the one from the other. Knows no client.
#pragma once

#include <string>

#include "cli/context.h"

namespace katra::cli {

struct SessionRun {
  std::string socket;  // where the client is handed over
  std::string home;
  std::string persona;
};

// Returns the client's exit code, 128 + N when signal N ended it.
[[nodiscard]] int RunSession(const SessionRun& run, Context& context);

}  // namespace katra::cli
