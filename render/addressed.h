// Finds unheard messages that are meant for one persona: sent to it directly, or naming it with
// @name. Those are worth waking an agent for; messages to everyone are not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/result.h"
#include "store/room_store.h"

namespace katra::render {

// The unheard messages of a session that are meant for its persona.
struct Addressed {
  int64_t count = 0;
  store::MessageId newest = 0;
  std::string from;  // sender of the newest one
  std::string room;
  std::vector<std::string> senders = {};  // of all of them, each once
  WallTime newest_at = {};                // when the newest was said
};

// Changes nothing. Considers only messages after `after`.
[[nodiscard]] Result<Addressed> FindAddressed(const store::Session& session, store::MessageId after,
                                              store::RoomStore& store,
                                              const store::CallContext& context);

// "1 message in Katra for Sam, the newest from Dario in room main. …", without any message body.
[[nodiscard]] std::string NoticeText(const Addressed& addressed, const std::string& persona);

}  // namespace katra::render
