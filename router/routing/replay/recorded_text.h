// What routing reads from a recorded prompt in HOME/router/recorded, which exists only if the user
// has switched `record` on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "router/policy/policy.h"
#include "router/routing/request_view.h"

namespace katra::router::routing::replay {

struct RecordedText {
  std::string request_id;
  policy::Needs needs;           // without tokens and subagent, which the decision's record has
  RequestView::UserTurns words;  // the user's last two turns
  bool tools = false;            // the request offers tools
  bool continues = false;        // the request continues a turn of the user
};

// Reads one line of a recording. nullopt: it is not a line of a recording, or contains no prompt.
[[nodiscard]] std::optional<RecordedText> ReadRecordedText(std::string_view line);

}  // namespace katra::router::routing::replay
