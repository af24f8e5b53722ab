// Which of the messages that wait are meant for one persona: said to it directly, or naming it with
// @name. Those are worth waking an agent for; words to all are not.
#pragma once

#include <cstdint>
#include <string>

#include "core/result.h"
#include "store/room_store.h"

namespace katra::render {

// True: `body` names the persona as @name, as a word of its own, without regard to case.
[[nodiscard]] bool Mentions(const std::string& body, const std::string& persona);

// Of the messages that a session was not given yet, those for its persona.
struct Addressed {
  int64_t count = 0;
  store::MessageId newest = 0;
  std::string from;  // of the newest one
  std::string room;
};

// Changes nothing. Only messages after `after` are looked at.
[[nodiscard]] Result<Addressed> FindAddressed(const store::Session& session, store::MessageId after,
                                              store::RoomStore& store,
                                              const store::CallContext& context);

// "1 message in Katra for Sam, the newest from Dario in room main. …": without any body.
[[nodiscard]] std::string NoticeText(const Addressed& addressed, const std::string& persona);

}  // namespace katra::render
