// Reads output items of the Responses API, and lists the known events. Pure functions. Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>

#include "core/json_view.h"

namespace katra::router::translate {

// The text of a message, including refusals, as JSON string contents.
[[nodiscard]] std::string TextOf(JsonView message);
[[nodiscard]] bool HasRefusal(JsonView message);
// The text of a reasoning item: its summary, each part a paragraph, then its text.
[[nodiscard]] std::string ReasoningOf(JsonView item);
// A reasoning item in the form in which the next request returns it (R77); empty if it contains
// nothing that the provider could read.
[[nodiscard]] std::string ReasoningItem(JsonView item);
// The name of a call's tool as it was offered, prefixed with its namespace if it has one (F1).
[[nodiscard]] std::string CallName(JsonView call);

// Whether an event is known to be redundant, or only reports the progress of a provider's own tool.
[[nodiscard]] bool IsKnownEvent(std::string_view type);

}  // namespace katra::router::translate
