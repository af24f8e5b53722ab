// Delivers messages to a model through a hook, in the session of the client's server: they count as
// delivered in the store, and katra_hear does not return them again.
#pragma once

#include <cstddef>
#include <string>

#include "cli/context.h"
#include "core/result.h"
#include "store/store.h"

namespace katra::cli {

// Clients truncate a hook's output at 10,000 characters.
inline constexpr size_t kMostHookBytes = 9'900;

// Whether earlier deliveries have certainly reached the model when the hook runs.
enum class Earlier {
  kReceived,    // a turn has ended, so earlier deliveries count as heard
  kMaybeUnder,  // other tools may be running, so nothing is acknowledged
};

// The session's undelivered messages, as text of at most `max_bytes`, oldest first; empty if there
// are none.
[[nodiscard]] Result<std::string> DeliverUnheard(const store::Session& session, Earlier earlier,
                                                 size_t max_bytes, store::RoomStore& store,
                                                 const Context& context);

}  // namespace katra::cli
