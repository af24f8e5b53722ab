// Decides whether a session is woken, or the end of its turn delayed: one rule for all clients.
// Knows no client.
#pragma once

#include "cli/context.h"
#include "core/result.h"
#include "render/addressed.h"
#include "store/store.h"

namespace katra::cli {

// The unheard messages after `after` for which the session is to be woken now; count 0: none. Each
// agent among their senders uses up a wake of the pair's budget (wake_budget.h), and a sender with
// nothing left wakes nobody; the first time, that is said in the session's room. People, whose
// personas have no agent's session, may wake as often as they like.
[[nodiscard]] Result<render::Addressed> ReasonToWake(const store::Session& session,
                                                     store::MessageId after, store::Store& store,
                                                     const Context& context);

}  // namespace katra::cli
