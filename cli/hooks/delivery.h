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
                                                 size_t max_bytes, store::Store& store,
                                                 const Context& context);

// What waits for the session and is meant for its persona: said to it directly, or naming it with
// @name. Changes nothing.
struct Addressed {
  int64_t count = 0;
  store::MessageId newest = 0;
  std::string from;  // of the newest one
  std::string room;
};
[[nodiscard]] Result<Addressed> FindAddressed(const store::Session& session, store::Store& store,
                                              const Context& context);

// True: `body` names the persona as @name, as a word of its own, without regard to case.
[[nodiscard]] bool Mentions(const std::string& body, const std::string& persona);

}  // namespace katra::cli
