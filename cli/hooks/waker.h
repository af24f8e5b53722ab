// How an idle session of each client is woken: by a process that waits beside it (`katra wait`).
// Claude Code and the plugin for opencode run that process themselves, Gemini CLI's model starts it
// in a background shell, and for Codex a hook starts it. Knows no messages.
#pragma once

#include <string>

#include "cli/context.h"
#include "cli/hooks/dialect.h"
#include "cli/sessions/records.h"
#include "core/result.h"
#include "store/types.h"

namespace katra::cli {

// Starts a waiting process that outlives this one, if the client needs that. `conversation`: the
// client's own id. If it cannot be started, the session is not woken.
void StartWaker(HookClient client, const store::Session& session, const std::string& conversation,
                const Context& context);

// Starts the process that types notices into the idle prompt of a background session (typist.h). If
// it cannot be started, nothing is typed.
void StartTypist(const SessionRecord& record, const Context& context);

// What the model must do to be woken: " To be woken …"; empty if it need not do anything.
[[nodiscard]] std::string HowToBeWoken(HookClient client, const Context& context);

// Wakes an idle session of Codex with a notice, which begins a turn. kUnavailable: Codex could not
// be run, or refused: nothing was ever said in its conversation.
[[nodiscard]] Status QueueForCodex(const std::string& conversation, const std::string& notice,
                                   const Context& context);

}  // namespace katra::cli
