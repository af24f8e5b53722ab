// Ending sessions: asks the client, waits, and ends it when it does not. Touches only processes and
// tmux sessions that `katra start` wrote down.
#pragma once

#include "cli/context.h"
#include "cli/sessions/records.h"
#include "core/result.h"

namespace katra::cli {

enum class StopOutcome {
  kStopped,  // it ended when asked
  kKilled,   // it had to be ended
};

// Ends all of them at once, each given `grace`, and closes their sessions in the store. One outcome
// for each record. kPermissionDenied: a process is another user's.
[[nodiscard]] Result<std::vector<StopOutcome>> StopSessions(std::vector<SessionRecord> sessions,
                                                            std::chrono::milliseconds grace,
                                                            const Records& records,
                                                            Context& context);

}  // namespace katra::cli
