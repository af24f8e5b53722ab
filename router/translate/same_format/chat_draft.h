// The common state of passing a Chat request to an upstream of the same format. Internal to
// router/translate/same_format.
#pragma once

#include <set>
#include <string>

#include "core/json_view.h"
#include "router/translate/names.h"
#include "router/translate/request.h"
#include "router/translate/same_format/json_edits.h"

namespace katra::router::translate {

struct ChatDraft {
  const Target& target;
  JsonView root;
  JsonEdits edits;
  ToolIds ids;
  std::set<std::string> dropped;

  ChatDraft(const Target& for_target, JsonView request)
      : target(for_target), root(request), ids(for_target.quirks.tool_ids) {}
  [[nodiscard]] const Quirks& quirks() const { return target.quirks; }
};

// Changes what this upstream would refuse in the conversation and the tools: roles, ids, images,
// and reasoning that must be added or removed. `first`: a message to insert at the beginning; may
// be empty.
void PassConversation(ChatDraft& draft, const std::string& first);

}  // namespace katra::router::translate
