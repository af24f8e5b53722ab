// Stops sessions: asks the client to exit, waits, and kills it if it does not. Only affects
// processes and tmux sessions recorded by `katra start`.
#pragma once

#include "cli/context.h"
#include "cli/sessions/records.h"
#include "core/result.h"

namespace katra::cli {

enum class StopOutcome {
  kStopped,  // it exited when asked
  kKilled,   // it had to be killed
};

// Stops all of them in parallel, each with `grace` to exit, and closes their sessions in the store.
// Returns one outcome per record. kPermissionDenied: a process belongs to another user.
[[nodiscard]] Result<std::vector<StopOutcome>> StopSessions(std::vector<SessionRecord> sessions,
                                                            std::chrono::milliseconds grace,
                                                            const Records& records,
                                                            Context& context);

}  // namespace katra::cli
