// Made-up conversations of two people over months, with questions whose answers lie in known turns:
// to see whether a change of the ranking helps. Written for this, so that no published set of
// questions is ever tuned on.
#pragma once

#include <string>
#include <vector>

#include "core/clock.h"

namespace katra::testing {

struct Turn {
  size_t speaker = 0;  // of Conversation::speakers
  std::string body;
  WallTime said_at;
};

struct Question {
  std::string text;
  std::vector<size_t> evidence;  // turns that answer it
};

struct Conversation {
  std::vector<std::string> speakers;
  std::vector<Turn> turns;
  std::vector<Question> questions;
};

// The same for the same seed. About `turns` turns, in sessions of some twenty.
[[nodiscard]] Conversation MakeConversation(unsigned seed, size_t turns);

}  // namespace katra::testing
