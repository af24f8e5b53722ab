// Shows messages and memories to people on a terminal: local times, escaped control characters,
// colours if supported. Does not call the store. Pure except for TZ.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/clock.h"
#include "store/types.h"

namespace katra::cli {

// "#41 14:03 Dario (anthropic/claude-opus-4, launch) to all:" and the body after "| ". `room`: the
// room that is not named. Ends with a newline.
[[nodiscard]] std::string ShowHeard(const store::HeardMessage& heard, const std::string& room,
                                    const Context& context);
[[nodiscard]] std::string ShowMessage(const store::Message& message, const std::string& room,
                                      const std::string& extra, const Context& context);

// A memory with the shown part of its text. `query` empty and `whole`: all of it. `extra`: more
// words for its first line.
[[nodiscard]] std::string ShowMemory(const store::Memory& memory, const std::string& query,
                                     bool whole, const Context& context,
                                     const std::string& extra = {});

// What `hear` prints around the messages: "2 messages in main, for Sam", and how many are left.
[[nodiscard]] std::string ShowHeardReply(const store::HearReply& reply, const std::string& persona,
                                         const Context& context);

}  // namespace katra::cli
