// Messages given to a model by a hook, in the session of the client's server: what is given here is
// delivered in the store's sense, and katra_hear does not return it again.
#pragma once

#include <cstddef>
#include <string>

#include "cli/context.h"
#include "core/result.h"
#include "store/store.h"

namespace katra::cli {

// Clients cut what a hook gives at 10,000 characters.
inline constexpr size_t kMostHookBytes = 9'900;

// Whether something before has certainly reached the model when the hook runs.
enum class Earlier {
  kReceived,    // a turn has ended: what was delivered before counts as heard
  kMaybeUnder,  // other tools may run at the same time: nothing is acknowledged
};

// Messages that the session was not given yet, as text of at most `max_bytes`, oldest first; empty
// when there are none.
[[nodiscard]] Result<std::string> DeliverUnheard(const store::Session& session, Earlier earlier,
                                                 size_t max_bytes, store::RoomStore& store,
                                                 const Context& context);

}  // namespace katra::cli
